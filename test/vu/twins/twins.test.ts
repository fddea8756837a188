/**
 * Each built-in that calls back, with a function that blocks and with one that does not: the results are the same, and
 * no call holds the thread.
 */
import { expect, test } from "bun:test";
import { runScript } from "../../support/script-runner.ts";

/** Expressions in which `f` marks a function of the script that may block. */
const cases: string[] = [
  `"a1b22".replace(/\\d+/g, f((m, at, all) => "<" + m + at + all.length + ">"))`,
  `"a1b2".replace(/(?<letter>[a-z])(\\d)/g, f((m, a, b, at, all, groups) => groups.letter + b + at))`,
  `"x-y-x".replaceAll("x", f((m, at) => m + at))`,
  `"abc".replace("b", f(() => "$&"))`,
  `"".replace(/^/, f(() => "start"))`,
  `"aXbX".replace({ [Symbol.replace]: (text, r) => text.split("X").map((part) => r(part)).join() }, f((part) => part + "!"))`,
  `(() => { try { "a".replaceAll(/a/, f(() => "")); } catch (e) { return e.name; } })()`,
  `(() => { const out = []; const m = new Map([[1, "a"], [2, "b"]]); m.forEach(f(function (v, k, all) { out.push(this.x, v, k, all === m); if (k === 1) m.set(3, "c"); })  , { x: 9 }); return out; })()`,
  `(() => { const out = []; const s = new Set([1, 2, 3]); s.forEach(f((v) => { s.delete(2); out.push(v); })); return out; })()`,
  `JSON.stringify({ a: [1, { b: undefined }], c: new Date(0), d: "x", e() {}, n: null, big: { toJSON: () => 5 } }, f((k, v) => (k === "d" ? v + k : v)))`,
  `JSON.stringify({ a: [1, 2], b: {}, c: [] }, f((k, v) => v), 2)`,
  `JSON.stringify([undefined, new Number(3), new String("s"), NaN], f(function (k, v) { return Array.isArray(this) ? v : v; }), "--")`,
  `JSON.stringify(1, f(() => undefined))`,
  `(() => { const o = {}; o.o = o; try { JSON.stringify(o, f((k, v) => v)); } catch (e) { return e.name; } })()`,
  `JSON.parse('{"a":[1,2,{"b":3}],"c":null}', f((k, v) => (typeof v === "number" ? v * 2 : k === "c" ? undefined : v)))`,
  `(() => { const told = []; JSON.parse('{"a":[1,2.50],"b":"x"}', f((k, v, context) => { told.push(k, context.source); return v; })); return told; })()`,
  `(() => { const told = []; JSON.parse('[1,2]', f(function (k, v, { source }) { if (k === "0") this[1] = 3; told.push(source); return v; })); return told; })()`,
  `JSON.parse("[1,2,3]", f(function (k, v) { if (k === "0") Object.freeze(this); return k === "1" ? 5 : k === "2" ? undefined : v; }))`,
  `(() => { class A { constructor() { Object.defineProperty(this, "0", { value: 1, configurable: true }); } } return Object.entries(Array.from.call(A, { length: 1, 0: 2 }, f((v) => v * 2))); })()`,
  `[1, 2, 3, 4].values().reduce(f((a, b, i) => a + b * i), 10)`,
  `[1, 2, 3].values().some(f((v) => v > 1)) + "" + [1, 2, 3].values().every(f((v) => v > 1)) + [5, 6].values().find(f((v) => v > 5))`,
  `(() => { const out = []; [7, 8].values().forEach(f((v, i) => out.push(v, i))); return out; })()`,
  `(() => { class C { constructor() { this.x = 1; this.m = this.m.bind(this, 2); } m(a, b) { return this.x + a + f(() => b)(); } } const { m } = new C(); return [m(3), m.name, m.length]; })()`,
  `(() => { const add = function (a, b) { return f(() => this.n + a + b)(); }; return [1, 2].map(add.bind({ n: 10 })); })()`,
  `Object.groupBy ? JSON.stringify(Object.groupBy([1, 2, 3], f((v) => (v % 2 ? "odd" : "even")))) : '{"odd":[1,3],"even":[2]}'`,
  `Map.groupBy ? [...Map.groupBy([1, 2, 3], f((v) => v % 2))].join("|") : "1,1,3|0,2"`,
];

for (const expression of cases) {
  test(expression, async () => {
    const { log, errors, held } = await runScript(`
      import { sleep } from "k6";
      const show = (value) => (typeof value === "object" ? JSON.stringify(value) : String(value));
      export default () => {
        { const f = (g) => g; console.log("plain " + show(${expression})); }
        { const f = (g) => function (...args) { sleep(0.0001); return g.apply(this, args); }; console.log("block " + show(${expression})); }
      };`);
    expect(errors).toEqual([]);
    const [plain, block] = log
      .filter((line) => line.startsWith("info: "))
      .map((line) => line.slice("info: plain ".length));
    expect(block).toBe(plain!);
    expect(held).toEqual([]);
  });
}

test("methods of arrays and typed arrays look at what the language says", async () => {
  const { log, errors } = await runScript(`
    import { sleep } from "k6";
    const f = (v) => { sleep(0.0001); return v; };
    const name = (run) => { try { return run(); } catch (e) { return e.name; } };
    export default () => {
      for (const method of ["map", "find", "findIndex", "findLast", "flatMap", "sort"])
        console.log(name(() => Array.prototype[method].call(null, f)));
      for (const method of ["forEach", "map", "find", "every", "reduce"])
        console.log(name(() => Uint8Array.prototype[method].call([1], f)));
      const bytes = Object.defineProperty(new Uint8Array([1, 2]), "length", { value: 9 });
      const seen = [];
      bytes.find((v) => { sleep(0.0001); seen.push(v); });
      console.log(seen.join());
      const growing = Object.defineProperty([0, 1], "0", { get() { this.push(9); return 0; } });
      console.log([growing].flatMap(f).join());
    };`);
  expect(errors).toEqual([]);
  expect(log.map((line) => line.slice("info: ".length))).toEqual([...Array(11).fill("TypeError"), "1,2", "0,1"]);
});

test("what has no twin still gives the right answer, and says that it held the thread", async () => {
  const { log, held } = await runScript(`
    import { sleep } from "k6";
    const o = { get slow() { sleep(0.0001); return 1; } };
    export default () => console.log(o.slow);`);
  expect(log).toEqual(["info: 1"]);
  expect(held.length).toBe(1);
});
