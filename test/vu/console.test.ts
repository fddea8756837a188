import { expect, test } from "bun:test";
import { runScript } from "../support/script-runner.ts";

const logged = async (args: string): Promise<string> =>
  (await runScript(`export default () => console.log(${args});`)).log.join("\n").replace(/^info: /, "");

const cases: [string, string][] = [
  [`"text", 1.5, null, undefined, -0, 10n, Symbol("s"), Symbol()`, "text 1.5 null undefined 0 10 s "],
  [
    `{ a: "x", b: [1, , undefined], c: () => {}, d: Symbol("s") }`,
    `{ a: "x", b: [ 1, null, null ], c: [object Function], d: "s" }`,
  ],
  [`new (class Own extends Error {})("why"), { e: new RangeError("r") }`, "Error: why { e: RangeError: r }"],
  [`new Date(NaN), new Date(0), [new Date(0)]`, `{} "1970-01-01T00:00:00.000Z" [ "1970-01-01T00:00:00.000Z" ]`],
  [
    `new Float32Array([0.5, -1]), new Uint8ClampedArray(1), new BigInt64Array(0)`,
    "Float32Array(2) [ 0.5, -1 ] Uint8Array(1) [ 0 ] BigInt64Array(0) []",
  ],
  [`new DataView(new ArrayBuffer(1)), new Map([[1, 2]]), Promise.resolve(1)`, "{} {} {}"],
  [
    `(() => { const o = { n: 1 }; o.self = o; return [o, o]; })()`,
    "[ { n: 1, self: [Circular] }, { n: 1, self: [Circular] } ]",
  ],
  [`Object.assign(new Date(0), { own: 1 }), Object.create({ inherited: 1 })`, "{ own: 1 } {}"],
];
for (const [args, text] of cases) {
  test(`console.log(${args})`, async () => {
    expect(await logged(args)).toBe(text);
  });
}

test("console has a level for each of its methods", async () => {
  const { log } = await runScript(`export default () => {
    for (const level of ["log", "info", "warn", "error", "debug"]) console[level](level);
  };`);
  expect(log).toEqual(["info: log", "info: info", "warning: warn", "error: error"]); // debug is not shown
});
