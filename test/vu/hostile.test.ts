import { afterAll, beforeAll, expect, test } from "bun:test";
import { registry } from "../../compat/index.ts";
import { type EchoServer, startEchoServer } from "../../src/echo/server.ts";
import { LEAK_WALKER } from "../support/leak-walker.ts";
import { runScript as runOnVu } from "../support/run-script.ts";
import { runScript } from "../support/script-runner.ts";

let echo: EchoServer;
beforeAll(async () => {
  echo = await startEchoServer({ host: "127.0.0.1", port: 0, log: () => undefined });
});
afterAll(() => echo.close());

const walk = (body: string) =>
  `${LEAK_WALKER}\n${body}\ndrain();\nlog("visited", visited > 20);\nlog(...leaks.slice(0, 20));`;
const inScript = (body: string) =>
  runOnVu(`import { log } from "sixfold:test"; export default function () {${walk(body)}}`);

test("the walker finds a value of another realm wherever it is", async () => {
  const hidden = { deep: Object.create(null, { get: { get: () => () => [1] } }) };
  const { log } = await runOnVu(
    `import { log } from "sixfold:test"; export default function (planted) {${walk(`visit({ get x() { return planted } }, "x")`)}}`,
    { args: [hidden] },
  );
  expect(log[1]).toContain("x.x()");
});

test("everything reachable from globalThis belongs to the sandbox", async () => {
  const { log, errorText } = await inScript(
    `visit(globalThis, "globalThis"); visit(this, "this"); visit(arguments, "arguments");`,
  );
  expect({ log, errorText }).toEqual({ log: ['"visited" true', ""], errorText: "" });
});

test("module code and sloppy functions find nothing of the host in this, arguments and callers", async () => {
  const { log, errorText } = await runOnVu(
    `const { log, call } = require("sixfold:test");
     ${LEAK_WALKER}
     visit(this, "this");
     visit(module, "module");
     visit(require, "require");
     log(typeof arguments);
     function sloppy() {
       visit(this, "sloppy this");
       try { visit(arguments.callee.caller, "caller") } catch (e) { visit(e, "caller!") }
       try { visit(sloppy.caller, "caller") } catch (e) { visit(e, "caller!") }
       try { visit(sloppy.arguments, "arguments") } catch (e) { visit(e, "arguments!") }
       return this;
     }
     module.exports.default = function () {
       log(sloppy() === globalThis, new Function("return this")() === globalThis, [1].map(sloppy)[0] === globalThis);
       call(sloppy);
       [2, 1].sort(sloppy);
       JSON.stringify({ toJSON: sloppy });
       "x".replace("x", sloppy);
       drain();
       log(...leaks);
     };`,
  );
  expect({ log, errorText }).toEqual({ log: ['"undefined"', "true true true", ""], errorText: "" });
});

test("this is undefined at the top of an ES module, and the global object in its arrow functions", async () => {
  const { log } = await runOnVu(
    `import { log } from "sixfold:test"; log(this, (() => this === globalThis)(), typeof arguments);`,
  );
  expect(log).toEqual(['undefined true "undefined"']);
});

test("every way to make code from text stays in the sandbox", async () => {
  const { log, errorText } = await inScript(`
    const kinds = [Function, (async () => {}).constructor, (function* () {}).constructor, (async function* () {}).constructor];
    for (const Kind of kinds) {
      attempt("new " + Kind.name, () => new Kind("a", "return [typeof process, typeof Bun, typeof require('fs')]")(1));
      attempt(Kind.name, () => Kind("return import('fs')")());
      attempt(Kind.name, () => Kind("/*", "*/){"));
      attempt(Kind.name, () => Kind("}); process.exit(3); (function(){"));
    }
    attempt("eval", () => eval("this"));
    attempt("eval", () => (0, eval)("import('node:fs')"));
    attempt("eval", () => eval("import.meta"));
    attempt("eval", () => eval("rt"));
    attempt("eval", () => eval("factory"));
    const found = ["process", "Bun", "Deno", "fetch", "Worker", "WebAssembly", "ShadowRealm", "SharedArrayBuffer", "Atomics"];
    log(found.filter((name) => eval("typeof " + name) !== "undefined" || Function("return typeof " + name)() !== "undefined" || name in globalThis).join());
    attempt("import()", () => import("fs"));
    import("k6").then((m) => visit(m, "imported"), (e) => visit(e, "refused"));`);
  expect({ log, errorText }).toEqual({ log: ['""', '"visited" true', ""], errorText: "" });
});

test("identifiers cannot name what the compiler put in, spelt with escapes or in eval", async () => {
  const { log } = await runOnVu(`
    import { log } from "sixfold:test";
    const names = ["k", "c0", "c1", "ca", "f", "d", "da", "g", "meta", "open", "require", "i0", "e", "x", "ev", "module"];
    log(typeof \\u00246k, typeof \\u{24}6c0, typeof \\u{0024}\\u{36}g, typeof $\\u0036da);
    for (const name of names) for (const prefix of ["$6", "$66", "$666"]) {
      if (eval("typeof " + prefix + name) !== "undefined" || Function("return typeof " + prefix + name)() !== "undefined") log("found", prefix + name);
    }`);
  expect(log).toEqual(['"undefined" "undefined" "undefined" "undefined"']);
});

test("call sites of stack traces are not handed out", async () => {
  const { log, errorText } = await inScript(`
    let sites;
    try { Error.prepareStackTrace = (error, list) => { sites = list; return list } } catch (e) { visit(e, "e") }
    Reflect.set(Error, "prepareStackTrace", (error, list) => { visit(list, "sites"); return list });
    try { Object.defineProperty(Error, "prepareStackTrace", { value: (error, list) => { visit(list, "sites") } }) } catch (e) { visit(e, "e") }
    for (const make of [() => new Error("x"), () => new TypeError("x"), () => { try { null.x } catch (e) { return e } }]) visit({ stack: make().stack }, "stack");
    visit(sites, "sites");
    visit(Error.captureStackTrace, "captureStackTrace");
    log(typeof new Error("x").stack);
    attempt("prepare", () => Error.prepareStackTrace(new Error("x"), [spy("site")]));
    attempt("prepare", () => Error.prepareStackTrace({ toString() { throw 1 } }, spy("sites")));`);
  expect({ log, errorText }).toEqual({ log: ['"string"', '"visited" true', ""], errorText: "" });
});

test("generators, async functions and promises of rewritten code belong to the sandbox", async () => {
  const { log, errorText } = await runOnVu(`
    import { log, op, boom, call } from "sixfold:test";
    function* g() { try { yield op(1) } finally { op(2) } }
    async function* ag() { yield op(1); yield* g(); await op(2) }
    async function a() { op(1); await null; boom("x") }
    class C { #p() { op(1) } constructor() { op(1) } m() { return [this.#p(), op(1)] } static async s() { op(1) } *[Symbol.iterator]() { yield op(1) } }
    const o = { __proto__: { m() {} }, m() { super.m(); op(1) } };
    export default function () {
      ${LEAK_WALKER}
      for (const [name, f] of Object.entries({ g, ag, a, C, o, m: o.m, op, boom, call, log })) visit(f, name);
      const running = [g(), ag(), a(), new C(), new C().m(), C.s(), new C()[Symbol.iterator](), call(g), call(a)];
      for (const x of running) attempt("running", () => x);
      for (const x of running.slice(0, 2)) { attempt("next", () => x.next()); attempt("return", () => x.return(spy("returned"))); attempt("throw", () => x.throw(spy("thrown"))); }
      a().then((x) => visit(x, "value"), (e) => { visit(e, "reason"); visit(e.stack, "stack") });
      for (const f of [op, boom, call, g, ag, a, C, o.m, Promise, Promise.all, Promise.resolve, Promise.prototype.then]) probe(f, o, f.name);
      drain();
      log("visited", visited > 100, ...leaks);
    }`);
  expect({ log: log.filter((line) => line.startsWith('"visited')), errorText }).toEqual({
    log: ['"visited" true'],
    errorText: "",
  });
});

test("errors from the end of the stack are the sandbox's", async () => {
  const { log, errorText } = await runOnVu(`
    import { log, op } from "sixfold:test";
    import { check, group } from "k6";
    import { Counter } from "k6/metrics";
    import exec from "k6/execution";
    const c = new Counter("my_counter");
    export default function () {
      ${LEAK_WALKER}
      const calls = {
        add: () => c.add(1), check: () => check(1, { a: () => 1 }), group: () => group("g", () => 1), exec: () => exec.vu.idInTest,
        console: () => console.debug("x"), text: () => new TextEncoder().encode("x"), random: () => Math.random(),
        timer: () => clearTimeout(1), env: () => __ENV.x, promise: () => Promise.reject(1).catch(() => 1),
        eval: () => eval("1"), stack: () => new Error("x").stack, loop: () => { for (let i = 0; i < 2000; i++); },
        crypto: () => crypto.randomUUID(), op: () => op(1),
      };
      for (const [name, f] of Object.entries(calls)) {
        let left = 300;
        const dive = () => {
          try { dive() } catch (e) { visit(e, name) }
          if (left-- > 0) attempt(name, f);
        };
        dive();
      }
      drain();
      log("visited", visited > 100, ...leaks);
    }`);
  expect({ log: log.filter((line) => line.startsWith('"visited')), errorText }).toEqual({
    log: ['"visited" true'],
    errorText: "",
  });
});

/** What would end the test, or wait for long. */
const SKIPPED = new Set(["abort", "sleep", "default.abort"]);

const usable = Object.keys(registry.builtins).filter((name) => registry.removed(name, new Set()) === undefined);
for (const name of usable) {
  test(`${name}: all that its functions take, return, throw and call back with belongs to the sandbox`, async () => {
    const { log, errors } = await runScript(
      `import * as all from ${JSON.stringify(name)};
       ${LEAK_WALKER}
       const skipped = new Set(${JSON.stringify([...SKIPPED])});
       const members = (object, path, depth) => {
         for (const key of ownKeys(object)) {
           if (skipped.has(String(key))) continue;
           let value;
           try { value = object[key] } catch (error) { visit(error, path + "!"); continue }
           if (typeof value === "function") { probe(value, object, path + "." + String(key)); if (value.prototype) instances(value, path + "." + String(key)); }
           else if (isObject(value) && depth > 0) members(value, path + "." + String(key), depth - 1);
         }
       };
       const instances = (C, path) => {
         for (const list of [[], ["x"], ["ws://127.0.0.1:${"$"}{__ENV.PORT}/echo"], [{}], ["made-" + path.length, function () { return [1] }], [spy(path)]]) {
           let made;
           try { made = new C(...list) } catch (error) { visit(error, "new " + path); continue }
           visit(made, "new " + path);
           for (let p = made; isObject(p) && p !== objectPrototype; p = getPrototypeOf(p)) members2(p, made, "new " + path);
         }
       };
       const members2 = (from, self, path) => {
         for (const key of ownKeys(from)) {
           if (key === "constructor") continue;
           let value;
           try { value = self[key] } catch (error) { visit(error, path + "!"); continue }
           if (typeof value === "function") probe(value, self, path + "#" + String(key));
           else attempt(path + "#" + String(key) + "=", () => { self[key] = spy(path + "#" + String(key)) });
         }
       };
       dives = false;
       visit(all, "all");
       members(all, "all", 2);
       drain();
       export default function () {
         dives = true;
         members(all, "all", 2);
         drain();
         console.log("visited", visited > 20, ...leaks.slice(0, 10));
       }`,
      { env: { PORT: String(echo.port) } },
    );
    // a promise that was rejected where nothing had room to take hold of it
    const told = errors.filter((error) => !error.includes("Maximum call stack size exceeded"));
    expect({ log: log.filter((line) => line.startsWith("info: visited")), told }).toEqual({
      log: ["info: visited true"],
      told: [],
    });
  }, 30_000);
}
