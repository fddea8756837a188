// @about: eval and the constructors of functions: what they return, what they refuse, again and again
import { sleep } from 'k6';

export const options = { vus: 1, iterations: 2 };

const GeneratorFunction = Object.getPrototypeOf(function* () {}).constructor;

export default function () {
  for (let i = 0; i < 3; i++) {
    const add = new Function('a', 'b', `return a + b + ${i}`);
    console.log(add(1, 2), (0, eval)(`${i} * 2`), Function('return typeof this')());
    for (const text of ['return (', '} function f() {', 'let a; let a']) {
      try {
        new Function(text);
        console.log('made', text);
      } catch (e) {
        console.log(e.name, e instanceof SyntaxError);
      }
    }
    try {
      (0, eval)('throw new RangeError("from text")');
    } catch (e) {
      console.log(`${e}`);
    }
    console.log([...GeneratorFunction('n', 'yield n; yield n + 1')(i)].join());
    const template = new Function('data', 'with (data) { return `${name} ${list.map((x) => x + add(x))} ${typeof console} ${__VU}` }');
    console.log(template({ name: 'n', list: [1, 2], add(x) { return this.name + x; } }));
    sleep(0.02);
  }
}
