// @about: `global` is another name of `globalThis`, also as its property
export default function () {
  global.x = 1;
  console.log(global === globalThis, globalThis.global === globalThis, 'global' in globalThis, x);
}
