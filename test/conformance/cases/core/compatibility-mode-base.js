// @about: --compatibility-mode=base leaves out `global`
// @args: --compatibility-mode=base
const inInit = [typeof global, 'global' in globalThis];

export default function () {
  console.log(inInit, typeof global, typeof globalThis.global, new Function('return typeof global')());
  try {
    global.x = 1;
  } catch (e) {
    console.log(e.name, e.message);
  }
}
