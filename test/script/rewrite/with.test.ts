/** `with` in sloppy code, of which templates are made: its object comes before the variables around and the VU's globals. */
import { expect, test } from "bun:test";
import { runScript } from "../../support/run-script.ts";

const logOf = async (body: string): Promise<string[]> => {
  const { log, errorText } = await runScript(
    `const { log, op } = require("sixfold:test");\nexports.default = function () {\n${body}\n}`,
  );
  return errorText ? [...log, errorText] : log;
};

test("names mean properties of the object first, then variables, then globals", async () => {
  const body = `var a = 1, b = 2; const o = { a: "own", m() { return this === o } };
with (o) { log(a, b, m(), typeof nothing, typeof console.log, Math.max(1, 2)); a = "changed"; b = 3; }
log(o.a, a, b);`;
  expect(await logOf(body)).toEqual(['"own" 2 true "undefined" "function" 2', '"changed" 1 3']);
});

test("a name that is nowhere throws, one that is assigned becomes a global of this VU", async () => {
  const body = `with ({}) { try { missing } catch (e) { log(\`\${e}\`) } fresh = 5; log(fresh) } log(globalThis.fresh);`;
  expect(await logOf(body)).toEqual(['"ReferenceError: missing is not defined"', "5", "5"]);
});

test("its body may block, hold functions and other with statements", async () => {
  const body = `with ({ x: 1 }) { op(x); with ({ y: 2 }) for (var i = 0; i < 2; i++) log(x + y + i);
  const later = () => op(x + 1); log(later()) }`;
  expect(await logOf(body)).toEqual(["op(1", "op)1", "3", "4", "op(2", "op)2", "2"]);
});
