/** Free names, `this` of sloppy functions, code from text, and names that look like the compiler's own. */
import { expect, test } from "bun:test";
import { runBody, runScript, ScriptBench } from "../../support/run-script.ts";

const sloppy = async (body: string): Promise<string[]> => {
  const { log, errorText } = await runScript(
    `const { log, op, call } = require("sixfold:test"); exports.default = function () {\n${body}\n}`,
  );
  return errorText ? [...log, errorText] : log;
};
const strict = async (body: string): Promise<string[]> => {
  const { log, errorText } = await runBody(body);
  return errorText ? [...log, errorText] : log;
};

test("undeclared names: typeof, reading, calling and writing them", async () => {
  expect(await strict("\n    log(typeof nope, typeof (nope), typeof nope.x);")).toEqual([
    "ReferenceError: nope is not defined at default (file:///test/main.js:4:44(0))",
  ]);
  const each = `for (const f of [() => typeof nope, () => nope, () => nope(), () => nope.x, () => new nope(), () => { nope = op(1) }, () => { nope += op(2) }, () => nope++, () => ({ nope }), () => { [nope] = [1] }, () => \`\${nope}\`, () => nope\`\`]) { try { log(f()) } catch (e) { log(e.name, e.message) } }`;
  const refused = '"ReferenceError" "nope is not defined"';
  expect(await strict(each)).toEqual([
    '"undefined"',
    ...Array(4).fill(refused),
    "op(1",
    "op)1",
    ...Array(7).fill(refused),
  ]);
});

test("sloppy code makes globals of the names it writes, one VU's own", async () => {
  const bench = new ScriptBench();
  const source = `const { log } = require("sixfold:test"); exports.default = function () {
    log(typeof made); made = 1; made++; made += 2; (made) = made + 1; [alsoMade, globalThis.third] = [2, 3]; fourth = function () {};
    for (inLoop of [7]) ; ({ p: fromPattern = 8 } = {});
    log(made, alsoMade, third, fourth.name, inLoop, fromPattern, globalThis.made, "made" in globalThis, delete made, typeof made);
    try { unknown++ } catch (e) { log(e.name) } try { unknown += 1 } catch (e) { log(e.name) } }`;
  const expected = [
    '"undefined"',
    '5 2 3 "fourth" 7 8 5 true true "undefined"',
    '"ReferenceError"',
    '"ReferenceError"',
  ];
  expect((await bench.run(source)).log).toEqual(expected);
  expect((await bench.run(source.replace("delete made", "true"))).log[1]).toBe(
    '5 2 3 "fourth" 7 8 5 true true "number"',
  );
  // another VU on the same thread
  expect((await bench.run(source)).log).toEqual(expected);
});

test("directives make functions and modules strict, as they stand", async () => {
  expect(
    await sloppy(`
    function s() { "use strict"; op(1); try { undeclared1 = 1 } catch (e) { log(e.name) } return this }
    function t() { 'other directive'
      "use strict"
      op(2); return (() => this)() }
    log(s(), t(), (function () { return this === globalThis })(), (() => { "use strict"; return typeof this })());
    class C { static m() { try { undeclared2 = 1 } catch (e) { log(e.name) } return (function () { return this })() } } log(C.m());`),
  ).toEqual([
    "op(1",
    "op)1",
    '"ReferenceError"',
    "op(2",
    "op)2",
    'undefined undefined true "object"',
    '"ReferenceError"',
    "undefined",
  ]);
  const { log } = await runScript(
    `"use strict"\nconst { log } = require("sixfold:test")\ntry { undeclared = 1 } catch (e) { log(e.name) }\nlog((function () { return this })())`,
  );
  expect(log).toEqual(['"ReferenceError"', "undefined"]);
});

test("functions in blocks of sloppy code belong to the function around, too", async () => {
  expect(
    await sloppy(`
    log(typeof f, typeof g, typeof h, typeof k);
    if (true) { function f() { return op("f") } }
    { function g() { return op("g") } { function inner() { return 1 } } }
    switch (1) { case 1: function h() { return op("h") } }
    if (true) function k() { return op("k") }
    log(f(), g(), h(), k(), inner());
    let l = 1; { function l() { return op(1) } } log(l);
    (function (p) { { function p() {} } log(typeof p) })(5);
    { let m = 1; { function m() { op(1) } } } log(typeof m);
    for (var i = 0; i < 2; i++) { function n() { return op(i) } } log(n());
    { async function notHoisted() {} } log(typeof notHoisted);
    try { throw 1 } catch (q) { { function q() { return op(1) } } log(q) }`),
  ).toEqual([
    '"undefined" "undefined" "undefined" "undefined"',
    ...["f", "g", "h", "k"].flatMap((x) => [`op("${x}"`, `op)"${x}"`]),
    '"f" "g" "h" "k" 1',
    "1",
    '"number"',
    '"undefined"',
    "op(2",
    "op)2",
    "2",
    '"undefined"',
    "1",
  ]);
});

test("sloppy functions find the VU's global object in this, and arguments follow parameters", async () => {
  expect(
    await sloppy(`
    function f(a) { op(1); a = 2; return [this === globalThis, arguments[0], arguments.length] }
    log(f(1), f.call(null, 1), f.call(5, 1)[0], [1].map(f)[0][0], call(f, 1)[0]);
    log((function () { return typeof this }).call("s"), (() => this === globalThis)());
    function outer() { const g = () => { op(2); return this === globalThis }; return g() } log(outer());
    function shadow(f) { op(3); f = 4; { function f() {} } return typeof f } log(shadow(1));`),
  ).toEqual([
    ...Array(5).fill(["op(1", "op)1"]).flat(),
    "[true,2,1] [true,2,1] false true true",
    '"object" true',
    "op(2",
    "op)2",
    "true",
    "op(3",
    "op)3",
    '"number"',
  ]);
});

test("sloppy functions find themselves in arguments.callee and in their name, even if that is assigned", async () => {
  expect(
    await sloppy(`
    log((function (n) { return n > 1 ? n * arguments.callee(n - 1) : op(n) })(4));
    function f() { op(2); return (() => arguments.callee === f)() } log(f());
    log((function own() { own = op(3); return typeof own })(), typeof (function own() { return (() => { own = 1; op(4); return own })() })());`),
  ).toEqual(["op(1", "op)1", "24", "op(2", "op)2", "true", "op(3", "op)3", "op(4", "op)4", '"function" "function"']);
});

test("eval and Function see globals, run loops and functions, and answer the last expression", async () => {
  expect(
    await strict(`
    globalThis.g = 4;
    log(eval("1 + 1"), eval("var q = 3; q * 2"), (0, eval)("g + 1"), eval("this === globalThis"), eval("(x) => x + g")(1), eval(5), eval(""), eval("new\\nArray(3)").length, eval("g\\n// end"));
    log(Function("a", "b = 2", "return a + b + g")(1), new Function("return typeof process + typeof log")(), Function()());
    log(Function("a,b", "return [...arguments].length + a + b")(1, 2), eval("new (class { x = g })").x, eval("let s = 0; for (let i = 0; i < 5; i++) s += i; s"));
    globalThis.op2 = op; log(eval("op2(7)"), Function("return op2(8)")());
    log((async () => {}).constructor("await null; return 9").name, [...(function* () {}).constructor("yield 1; yield 2")()]);
    for (const bad of ["1 +", "import x from 'y'", "}{", "return 1"]) { try { eval(bad); log("ran") } catch (e) { log(e.name) } }
    for (const bad of ["/*", "}, function () {", "}); op2(1); (() => {", "super()"]) { try { new Function(bad)(); log("ran") } catch (e) { log(e.name) } }`),
  ).toEqual([
    "2 6 5 true 5 5 undefined 3 4",
    '7 "undefinedundefined" undefined',
    "5 4 10",
    "op(7",
    "op)7",
    "op(8",
    "op)8",
    "7 8",
    '"anonymous" [1,2]',
    ...Array(8).fill('"SyntaxError"'),
  ]);
});

test("Function reads its arguments in order, and can be extended", async () => {
  expect(
    await strict(`
    const part = (text) => ({ toString() { log(text); return text } });
    log(Function(part("a"), part("b"), part("return a + b"))(1, 2));
    class F extends Function { twice(x) { return this(this(x)) } }
    log(new F("x", "return x * 2").twice(3), new F() instanceof F, Function.prototype.isPrototypeOf(new F()));
    const AsyncFunction = (async () => {}).constructor;
    log(Object.getPrototypeOf(AsyncFunction) === Function, new AsyncFunction("return 1")() instanceof Promise);`),
  ).toEqual(['"a"', '"b"', '"return a + b"', "3", "12 true true", "true true"]);
});

test("names of the script that look like the compiler's own", async () => {
  const { log, modules } = await runScript(`
    import { log, op } from "sixfold:test";
    const $6 = 1, $6k = 2, $6t = 3, $66 = 4, $6default = 5; let \\u0024666 = 6;
    function $6c1(x) { return op(x) + $6k }
    export default function () { log($6c1(1), $6 + $6t + $66 + $6default + $666, "$6666 in a text"); }`);
  expect(log).toEqual(["op(1", "op)1", '3 19 "$6666 in a text"']);
  expect(modules[0]!.prefix).toBe("$66666");
});

test("globals of k6 are there, and can be hidden or replaced by the script", async () => {
  expect(
    await strict(`
    log(typeof console.log, typeof setTimeout, typeof __ENV, __VU > 0, __ITER, typeof crypto, typeof TextEncoder, globalThis.__VU === __VU);
    { const console = 1, setTimeout = 2; log(console, setTimeout) }
    const old = globalThis.setTimeout; globalThis.setTimeout = () => "mine"; log(setTimeout(), (0, setTimeout)()); globalThis.setTimeout = old;
    Object.defineProperty(globalThis, "odd", { get() { return op("getter") }, configurable: true }); log(odd);
    log(undefined, NaN, Infinity, typeof Array, [].constructor === Array, globalThis.Array === Array, Object.keys(globalThis).includes("Array"));`),
  ).toEqual([
    '"function" "function" "object" true 0 "object" "function" true',
    "1 2",
    '"mine" "mine"',
    'op("getter"',
    'op)"getter"',
    '"getter"',
    'undefined NaN Infinity "function" true true false',
  ]);
});

test("the language's own names can be shadowed, and assigned for the modules that see it", async () => {
  expect(
    await strict(`
      const shadowed = ((Math, { JSON = 1 } = {}) => [Math, JSON])(5);
      { class Map {} log(new Map().size, typeof Set, new Set([1]).size); }
      log(shadowed, Math.max(1, 2), typeof Array, [Array].length, { Object }.Object === Object, String(1), parseInt("7"));
      log(eval("Math.min(3, 4)"), new Function("a", "return JSON.stringify([a, typeof Map])")(1));`),
  ).toEqual(['undefined "function" 1', '[5,1] 2 "function" 1 true "1" 7', '3 "[1,\\"function\\"]"']);
  const { log, errorText } = await new ScriptBench().run(
    `const { log } = require("sixfold:test"); const native = escape; escape = (x) => "mine " + native(x);
     const other = require("./other.js"); exports.default = function () { log(escape("ä"), other.use("ä")); escape = native; log(escape(" "), other.use(" ")); }`,
    { files: { "file:///test/other.js": "exports.use = (x) => escape(x);" } },
  );
  expect(errorText).toBe("");
  expect(log).toEqual(['"mine %E4" "mine %E4"', '"%20" "%20"']);
});
