/**
 * What does it cost that a function can suspend, and what do functions pay that cannot?
 *
 * `bun bench/coroutine.ts`. Rows: a call four functions deep whose innermost one suspends the VU and is answered at once;
 * the same without suspending; each of forEach, for-of over a generator, `await` and `new` with such a function in it; and
 * work in the script itself, which must stay at the engine's own speed. Floors: four generators by hand, and the same text in a
 * bare context. Microseconds each; the least of five rounds.
 */
import { cpus } from "node:os";
import vm from "node:vm";
import { ScriptBench } from "../test/support/run-script.ts";

const ROUNDS = 5;

const suspending: [name: string, body: string][] = [
  ["4 deep, suspended", "a(i)"],
  ["4 deep, not suspended", "p(i)"],
  ["method of an object", "o.m(i)"],
  ["forEach over 4", "list.forEach((x) => d(x))"],
  ["for-of over a generator of 4", "for (const x of g()) n += x"],
  ["await of an async function", "await e(i)"],
  ["new of a class", "new C(i)"],
];
const FUNCTIONS = `
function d(x) { return pass(x) }
function c(x) { return d(x) + 1 }
function b(x) { return c(x) + 1 }
function a(x) { return b(x) + 1 }
function s(x) { return x < 0 ? pass(x) : x }
function r(x) { return s(x) + 1 }
function q(x) { return r(x) + 1 }
function p(x) { return q(x) + 1 }
const o = { m(x) { return pass(x) } };
const list = [1, 2, 3, 4];
function* g() { for (let i = 0; i < 4; i++) yield pass(i) }
async function e(x) { return pass(x) }
class C { constructor(x) { this.x = pass(x) } }`;

const COMPUTE = `
function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2) }
function compute() {
  const items = Array.from({ length: 2000 }, (_, i) => ({ id: i, name: "item " + i, tags: ["a", "b"], price: i * 1.5 }));
  const back = JSON.parse(JSON.stringify(items));
  const byTag = new Map();
  for (const item of back) for (const tag of item.tags) byTag.set(tag, (byTag.get(tag) || 0) + item.price);
  let text = "";
  for (let i = 0; i < 5000; i++) text += String.fromCharCode(97 + (i % 26));
  return fib(20) + byTag.get("a") + text.length;
}`;

/** Microseconds for each of `count` rounds of a loop in a script. */
async function measure(functions: string, body: string, count: number): Promise<number> {
  const bench = new ScriptBench();
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    let startMs = 0;
    const source =
      `import { pass, log } from "sixfold:test";\n${functions}\n` +
      `export default async function () { let n = 0; for (let i = 0; i < ${count}; i++) { ${body} } return n }`;
    await bench.run(source, { onInit: () => (startMs = performance.now()) });
    best = Math.min(best, performance.now() - startMs);
  }
  return (best * 1000) / count;
}

function floorOf(f: () => void, count: number): number {
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const startMs = performance.now();
    f();
    best = Math.min(best, performance.now() - startMs);
  }
  return (best * 1000) / count;
}

const CALLS = 200_000;
function generators(): void {
  function* d(x: number): Generator<undefined, number, number> {
    return x + (yield);
  }
  function* c(x: number): Generator<undefined, number, number> {
    return (yield* d(x)) + 1;
  }
  function* b(x: number): Generator<undefined, number, number> {
    return (yield* c(x)) + 1;
  }
  function* a(x: number): Generator<undefined, number, number> {
    return (yield* b(x)) + 1;
  }
  for (let i = 0; i < CALLS; i++) {
    const call = a(i);
    call.next();
    call.next(1);
  }
}

console.log(`Bun ${Bun.version}; ${cpus()[0]?.model}`);
const floor = floorOf(generators, CALLS);
console.log(`floor: four generators by hand, one suspension ${floor.toFixed(3)} us`);
for (const [name, body] of suspending) {
  const us = await measure(FUNCTIONS, body, CALLS);
  console.log(`${name.padEnd(30)} ${us.toFixed(3).padStart(8)} us  ratio ${(us / floor).toFixed(1)}`);
}
const COMPUTATIONS = 200;
const plain = new vm.Script(`${COMPUTE}; (count) => { for (let i = 0; i < count; i++) compute() }`).runInContext(
  vm.createContext({}),
);
const computeFloor = floorOf(() => plain(COMPUTATIONS), COMPUTATIONS);
const computeUs = await measure(COMPUTE, "compute()", COMPUTATIONS);
const ratio = computeUs / computeFloor;
console.log(
  `compute in the script          ${computeUs.toFixed(0).padStart(8)} us  floor ${computeFloor.toFixed(0)}  ratio ${ratio.toFixed(2)} (limit 1.3)`,
);
if (ratio > 1.3) process.exit(1);
