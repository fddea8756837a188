/** Functions that need nothing of their VU are made once a thread; no script can tell which ones. */
import { expect, test } from "bun:test";
import assert from "node:assert";
import { parse } from "acorn";
import { registry } from "../../../compat/index.ts";
import { ScriptCompiler } from "../../../src/execution/script-compiler.ts";
import { runScript } from "../../support/script-runner.ts";

const ID = "file:///test/lift.js";

/** Names of the functions that stand beside the module's own. */
async function lifted(source: string): Promise<string[]> {
  const [module] = await new ScriptCompiler(registry, [[ID, source]]).compile(ID);
  const [outer] = parse(module!.text, { ecmaVersion: "latest" }).body;
  assert(outer?.type === "ExpressionStatement" && outer.expression.type === "FunctionExpression");
  const { body } = outer.expression.body;
  return body.flatMap((statement) => (statement.type === "FunctionDeclaration" ? [statement.id.name] : []));
}

const DEFAULT = "export default function () {}\n";

test("functions of their arguments, the language and one another are lifted", async () => {
  expect(await lifted(`function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }\n${DEFAULT}`)).toEqual(["fib"]);
  expect(
    await lifted(`const total = sum([1, 2]);
function sum(list) { let s = 0; for (const x of list) s = add(s, x); return Math.round(s); }
function add(a, b = undefined) { const inner = () => a + b; return inner(); }
${DEFAULT}`),
  ).toEqual(["sum", "add"]);
});

for (const [what, source] of Object.entries({
  "reads a variable of the module": `let base = 1; function f(n) { return n + base; } f(1);`,
  "reads a constant of the module": `const list = []; function f(n) { return list.push(n); } f(1);`,
  "reads an import": `import exec from "k6/execution"; function f() { return exec.vu.idInTest; } f();`,
  "reads the VU's globals": `function f() { return __ENV.X; } f();`,
  "reads a name that is nowhere": `function f() { return nowhere; } f();`,
  "reads a name of the language that the module assigns": `function f() { return Math; } Math = 1; f();`,
  "may block": `import { sleep } from "k6"; function f() { sleep(1); } f();`,
  "calls one that reads": `let base = 1; function g() { return base; } function f() { return g(); } f();`,
  "needs one that needs one that reads": `let base = 1; f(); function f() { return g(); } function g() { return h(); } function h() { return base; }`,
  "reads import.meta": `function f() { return import.meta.url; } f();`,
  "is exported": `export function f() {} f();`,
  "is exported by another name": `function f() {} f(); export { f as g };`,
  "is assigned": `function f() {} f = 1;`,
  "is held": `function f() {} const held = f; f();`,
  "is passed on": `function f() {} [1].map(f);`,
  "holds itself": `function f() { f.calls = 1; } f();`,
  "is asked for a member": `function f() {} f.valueOf();`,
  "is constructed": `function F() {} new F();`,
  "is a tag": "function f() {} f`x`;",
  "is a generator": `function* f() {} f();`,
  "is async": `async function f() {} f();`,
  "is declared in a block": `{ function f() {} f(); }`,
})) {
  test(`one that ${what} is not`, async () => {
    expect(await lifted(`${source}\n${DEFAULT}`)).toEqual([]);
  });
}

test("nor one at the very end, or in sloppy code", async () => {
  expect(await lifted(`${DEFAULT}function f() {}`)).toEqual([]);
  expect(await lifted(`function f() { return this; }\nf();\nmodule.exports.default = () => {};\n`)).toEqual([]);
});

const ERRORS = `function deep(n) {
  if (n === 0) {
    throw new Error("deep");
  }
  return [deep(n - 1)];
}

export default function () {
  try {
    deep(1);
  } catch (e) {
    console.log(e.stack.split("\\n").join("|"));
  }
  throw new Error("after");
}
`;

test("errors point at the user's lines, in the function and behind it", async () => {
  expect(await lifted(ERRORS)).toEqual(["deep"]);
  const { log, errors } = await runScript(ERRORS, { id: ID });
  expect(log).toEqual([
    `info: Error: deep|\tat deep (${ID}:3:11(0))|\tat deep (${ID}:5:15(0))|\tat default (${ID}:10:9(0))|`,
  ]);
  expect(errors.join()).toContain(`after\n\tat default (${ID}:14:9(0))`);
});

test("VUs share the function and nothing else", async () => {
  const source = `function next(box) { box.n = (box.n ?? 0) + 1; const seen = []; seen.push(box.n); return seen; }
const box = {};
export default function () { console.log(__VU, next(box), next(box)); }
`;
  expect(await lifted(source)).toEqual(["next"]);
  const { log } = await runScript(source, { vus: 2 });
  expect(log).toEqual(["info: 1 [ 1 ] [ 2 ]", "info: 2 [ 1 ] [ 2 ]"]);
});
