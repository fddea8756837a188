/** ES modules and CommonJS: what is bound to what, when it is evaluated, and what the other side sees. */
import { expect, test } from "bun:test";
import { type RanScript, runScript } from "../../support/run-script.ts";

const url = (name: string) => `file:///test/${name}`;
const TEST = `import { log, op } from "sixfold:test";\n`;

function run(main: string, files: Record<string, string> = {}): Promise<RanScript> {
  const withUrls = Object.fromEntries(Object.entries(files).map(([name, text]) => [url(name), text]));
  return runScript(TEST + main, { files: withUrls });
}
const logOf = async (main: string, files: Record<string, string> = {}): Promise<string[]> => {
  const { log, errorText } = await run(main, files);
  return errorText ? [...log, errorText] : log;
};

test("imports are live bindings, also through re-exports and namespaces", async () => {
  const files = {
    "counter.js": `export let n = 0; export function up() { n++; return n } export { n as count }; export default n; export var late; setLate(); function setLate() { late = 1 }`,
    "again.js": `export { n, up as raise } from "./counter.js"; export * from "./counter.js"; export * as ns from "./counter.js"; export { default } from "./counter.js";`,
  };
  const main = `
    import def, { n, up, count } from "./counter.js";
    import again, * as all from "./again.js";
    import { raise, late } from "./again.js";
    log(n, count, def, again, late); up(); raise();
    log(n, count, def, all.n, all.ns.n, all.ns.count, all.default);
    log([n, { n }, \`\${n}\`, n + 1, typeof n, (() => n)()]);
    log(Object.keys(all).sort(), Object.prototype.toString.call(all), "none" in all, all.none);`;
  expect(await logOf(main, files)).toEqual([
    "0 0 0 0 1",
    "2 2 0 2 2 2 0",
    '[2,{n:2},"2",3,"number",2]',
    '["count","default","late","n","ns","raise","up"] "[object Module]" false undefined',
  ]);
});

test("every form of export", async () => {
  const files = {
    "forms.js": `
      export const a = 1, { b, c: [d, ...e] } = { b: 2, c: [3, 4, 5] };
      export let f; export var g = 7;
      export function h() { return "h" } export async function i() {} export function* j() {} export async function* k() {}
      export class L {}
      const m = 13, n = 14; export { m, n as "a string", m as default };
      f = 6;`,
  };
  const main = `import x, * as all from "./forms.js"; import { "a string" as s, h } from "./forms.js";
    log(x, s, h(), all.a, all.b, all.d, all.e, all.f, all.g, all.h.name, all.i.name, all.j.name, all.k.name, all.L.name, all.m, all["a string"]);`;
  expect(await logOf(main, files)).toEqual(['13 14 "h" 1 2 3 [4,5] 6 7 "h" "i" "j" "k" "L" 13 14']);
});

for (const [kind, text, shown] of [
  ["expression", "export default 1 + op(1)", "2 undefined"],
  ["anonymous function", "export default function () { return op(2) }", '[function default] "default"'],
  ["function that cannot block", "export default function () { return 2 }", '[function default] "default"'],
  ["named function", "export default function named() { return op(2) }", '[function named] "named"'],
  ["arrow", "export default () => op(3)", '[function default] "default"'],
  ["parenthesised function", "export default (function () { return op(1) })", '[function default] "default"'],
  ["async function", "export default async function () {}", '[function default] "default"'],
  ["async arrow", "export default async () => { op(1) }", '[function default] "default"'],
  ["generator", "export default function* () { yield op(1) }", '[function default] "default"'],
  ["plain generator", "export default function* () { yield 1 }", '[function default] "default"'],
  ["anonymous class", "export default class { m() { op(1) } }", '[function default] "default"'],
  ["named class", "export default class Named { constructor() { op(1) } }", '[function Named] "Named"'],
  ["object", "export default { a: 1 }\n", "{a:1} undefined"],
  ["array", 'export default [op(1), "x"]', '[1,"x"] undefined'],
  ["assignment", "let x; export default x = 5", "5 undefined"],
  ["without a semicolon", 'export default "text"\n;[1].forEach(op)', '"text" undefined'],
] as const) {
  test(`export default: ${kind}`, async () => {
    const log = await logOf(`import x from "./m.js"; log(x, x.name);`, { "m.js": TEST + text });
    expect(log.at(-1)).toBe(shown);
  });
}

test("a hoisted default function can be called before its module has run, in a cycle", async () => {
  const files = {
    "a.js": `${TEST}import { b } from "./b.js"; export default function () { return op("a") } export const value = "value of a"; log("a has", b);`,
    "b.js": `${TEST}import a, { value } from "./a.js"; log(a()); try { log(value) } catch (e) { log(e) } export const b = "b"; export const later = () => value;`,
  };
  expect(await logOf(`import "./a.js"; import { later } from "./b.js"; log(later());`, files)).toEqual([
    'op("a"',
    'op)"a"',
    '"a"',
    "ReferenceError",
    '"a has" "b"',
    '"value of a"',
  ]);
});

test("modules are evaluated once, in the order of their imports, and may block", async () => {
  const files = {
    "a.js": `${TEST}import "./c.js"; op("a");`,
    "b.js": `${TEST}import "./a.js"; import "./c.js"; op("b");`,
    "c.js": `${TEST}op("c");`,
  };
  const log = await logOf(`import "./a.js"; import "./b.js"; op("main");`, files);
  expect(log.filter((line) => line.startsWith("op)"))).toEqual(['op)"c"', 'op)"a"', 'op)"b"', 'op)"main"']);
});

test("imports cannot be assigned to", async () => {
  const main = `import { x } from "./m.js";
    for (const f of [() => { x = 1 }, () => { x++ }, () => { x += 1 }, () => { [x] = [1] }, () => { ({ x } = { x: 1 }) }, () => { for (x of [1]) ; }]) { try { f(); log("assigned") } catch (e) { log(e) } }
    { let x = 1; x = 2; log(x) }
    log(((x) => { x = 3; return x })(0), x);`;
  expect(await logOf(main, { "m.js": "export const x = 5" })).toEqual([...Array(6).fill("TypeError"), "2", "3 5"]);
});

test("an imported function is called without a receiver, in any spelling", async () => {
  const main = `import f, { f as g } from "./m.js"; import * as ns from "./m.js";
    log(f(), g(), (g)(), ns.f() === ns, f\`\`, g?.(), g?.().x, [g][0]() === undefined, new (f)().constructor === f, ((x) => x())(g));`;
  const files = {
    "m.js": `export function f() { return new.target ? undefined : (this ?? { x: 1 }) } export default f;`,
  };
  expect(await logOf(main, files)).toEqual(["{x:1} {x:1} {x:1} true {x:1} {x:1} 1 false true {x:1}"]);
  const blocking = { "m.js": `${TEST}export function f() { op(1); return this } export default f;` };
  const calls = `import f, { f as g } from "./m.js"; log(f(), (g)(), f\`\`, g?.(), (g?.()), (0, g)());`;
  expect((await logOf(calls, blocking)).at(-1)).toBe(Array(6).fill("undefined").join(" "));
});

test("shorthand properties, defaults and nested scopes see imports and not their namesakes", async () => {
  const main = `import { a, b as c } from "./m.js";
    const o = { a, c, m() { return { a } } };
    log(o.a, o.c, o.m().a, (({ a = c }) => a)({}), ((a) => ({ a }))(9), (() => { const c = 8; return { c } })());
    { function a() {} log(typeof a) } for (const a of [7]) log({ a }); try { throw 6 } catch (a) { log({ a }) }
    log(class { static [a] = c }["one"], ((a = c, d = () => a) => d())(), new (class { a = a })().a);`;
  expect(await logOf(main, { "m.js": `export const a = "one", b = "two"` })).toEqual([
    '"one" "two" "one" "two" {a:9} {c:8}',
    '"function"',
    "{a:7}",
    "{a:6}",
    '"two" "two" "one"',
  ]);
});

test("top-level await suspends the module and those that import it", async () => {
  const files = {
    "slow.js": `${TEST}log("begin"); export const x = await new Promise((r) => setTimeout(() => r(op(1)), 50)); for await (const y of [2]) log(y);`,
  };
  const main = `import { x } from "./slow.js"; log("x", x, await Promise.resolve(3)); try { await Promise.reject(new Error("u:no")) } catch (e) { log(e) }`;
  expect(await logOf(main, files)).toEqual(['"begin"', "op(1", "op)1", "2", '"x" 1 3', "Error: u:no"]);
});

test("hashbang, import.meta and import()", async () => {
  const { log, errorText } = await runScript(
    `#!/usr/bin/env sixfold
import { log } from "sixfold:test";
log(import.meta.url, import.meta.resolve("./x.js"), typeof import.meta);
import("./other.js").catch((e) => log(e, e.message));
import /*c*/ ("k6").then(() => log("never"), (e) => log(e));`,
  );
  expect({ log, errorText }).toEqual({
    log: [
      '"file:///test/main.js" "file:///test/x.js" "object"',
      `TypeError "Cannot import \\"./other.js\\": dynamic import() is not supported, use an import statement or require()"`,
      "TypeError",
    ],
    errorText: "",
  });
});

test("CommonJS: exports, module.exports, this, require, and its functions that block", async () => {
  const { log, errorText } = await runScript(
    `const { log, op } = require("sixfold:test");
     const a = require("./a.js");
     log(a.one, a.two(), this === exports, module.exports === exports, typeof arguments, require("./a.js") === a);
     const b = require("./b.js");
     log(typeof b, b(), b.extra);
     log(require("./esm.js").x, require("./esm.js").default());
     try { require("./missing.js") } catch (e) { log(e.name, e.message.slice(0, 40)) }
     exports.default = function () { log("run", op(5)) };
     if (op(1)) return;
     log("never");`,
    {
      files: {
        [url("a.js")]: `exports.one = 1; this.two = () => require("sixfold:test").op(2);`,
        [url("b.js")]:
          `const { op } = require("sixfold:test"); module.exports = function () { return op("b") }; module.exports.extra = hoisted();\n` +
          `function hoisted() { return op("hoisted") }`,
        [url("esm.js")]: `import { op } from "sixfold:test"; export const x = op("esm"); export default () => op("d");`,
      },
    },
  );
  expect(errorText).toBe("");
  expect(log.filter((line) => !line.startsWith("op"))).toEqual([
    '1 2 true true "undefined" true',
    '"function" "b" "hoisted"',
    '"esm" "d"',
    '"GoError" "The moduleSpecifier \\"./missing.js\\" could"',
    '"run" 5',
  ]);
});

test("CommonJS seen by an import: default and members, with cycles", async () => {
  const main = `import def, { a } from "./c.cjs"; import * as ns from "./c.cjs"; log(def.a, a, ns.a, ns.default === def, Object.keys(ns), def.f());`;
  const files = {
    "c.cjs": `exports.a = 1; const d = require("./d.cjs"); exports.f = () => d.f(); exports.partial = d.seen;`,
    "d.cjs": `const c = require("./c.cjs"); exports.seen = c.a; exports.f = () => [c.partial, typeof c.f];`,
  };
  expect(await logOf(main, files)).toEqual(['1 1 1 true ["a","f","partial"] [1,"function"]']);
});

test("what cannot be compiled names its place", async () => {
  const refused = async (main: string, files: Record<string, string> = {}): Promise<string> =>
    run(main, files).then(
      () => "compiled",
      (error: Error) => error.message,
    );
  expect(await refused("const x = ;")).toBe("file:///test/main.js: Line 2:11 Unexpected token ;");
  expect(await refused(`import "./m.js"`, { "m.js": "\n  let a; let a;" })).toBe(
    "file:///test/m.js: Line 2:14 Identifier 'a' has already been declared",
  );
  // only the engine finds this one
  expect(await refused("class A { #x;\n f() { delete (this.#x) } }")).toStartWith(
    "file:///test/main.js: Line 3 Cannot delete",
  );
});

test("what one parser refuses by mistake the other takes", async () => {
  expect(await logOf("const y = {}; ({ priv\\u0061te: y.a } = { private: 3 }); log(y.a);")).toEqual(["3"]);
});
