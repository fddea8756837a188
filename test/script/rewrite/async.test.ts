/** Async functions, promises and async generators: reactions in the order of the language, Blocks in between. What is expected is what the engine does with a plain function in place of `op`. */
import { checkBodies } from "../../support/check-bodies.ts";

checkBodies("async", [
  {
    title: "run to the first await at once, and go on in order",
    body: `
async function f(n) { op(n); await null; op(n + "a"); await f2(n); return op(n + "b") }
async function f2(n) { op(n + "2"); return n }
f(1).then((x) => log(x));
f(2).then((x) => log(x));
Promise.resolve().then(() => op("p1")).then(() => op("p2")).then(() => op("p3"));
log("sync");`,
    log: [
      "op(1",
      "op)1",
      "op(2",
      "op)2",
      '"sync"',
      'op("1a"',
      'op)"1a"',
      'op("12"',
      'op)"12"',
      'op("2a"',
      'op)"2a"',
      'op("22"',
      'op)"22"',
      'op("p1"',
      'op)"p1"',
      'op("1b"',
      'op)"1b"',
      'op("2b"',
      'op)"2b"',
      'op("p2"',
      'op)"p2"',
      '"1b"',
      '"2b"',
      'op("p3"',
      'op)"p3"',
    ],
  },
  {
    title: "await thenables, rejections and plain values",
    body: `
(async () => {
  log(await { then(r) { op("then"); r(op("value")) } });
  try { await { get then() { throw new Error("u:getter") } } } catch (e) { log(e) }
  try { await Promise.reject(new Error("u:no")) } catch (e) { log(e) } finally { op("finally") }
  log(await 1, await op(2), await (async () => boom("x"))().catch((e) => e));
  const r = await Promise.all([op(3), (async () => op(4))(), new Promise((r) => r(op(5)))]);
  log(r);
  log(await Promise.allSettled([boom2(), op(6)]), await Promise.race([op(7), op(8)]), await Promise.any([boom2(), op(9)]));
  return op("end");
})().then((x) => log(x));
async function boom2() { boom("two") }`,
    log: [
      'op("then"',
      'op)"then"',
      'op("value"',
      'op)"value"',
      '"value"',
      "Error: u:getter",
      "Error: u:no",
      'op("finally"',
      'op)"finally"',
      "op(2",
      "op)2",
      'boom("x"',
      'boom)"x"',
      "1 2 GoError",
      "op(3",
      "op)3",
      "op(4",
      "op)4",
      "op(5",
      "op)5",
      "[3,4,5]",
      'boom("two"',
      'boom)"two"',
      "op(6",
      "op)6",
      "op(7",
      "op)7",
      "op(8",
      "op)8",
      'boom("two"',
      'boom)"two"',
      "op(9",
      "op)9",
      '[{status:"rejected",reason:GoError},{status:"fulfilled",value:6}] 7 9',
      'op("end"',
      'op)"end"',
      '"end"',
    ],
  },
  {
    title: "return promises and throw through finally",
    body: `
const f = async () => { try { return await op(1) } finally { op("f1"); await null; op("f2") } };
f().then((x) => log(x));
const g = async () => { try { boom("g") } catch (e) { return op("caught") } finally { op("g") } };
g().then((x) => log(x));
const h = async () => Promise.resolve(op("inner"));
h().then((x) => log(x));
const i = async () => { for (let n = 0; n < 2; n++) { try { if (n) return op(n); continue } finally { await op("c" + n) } } };
i().then((x) => log(x));
new Promise((resolve, reject) => { op("executor"); reject(new Error("u:r")); boom("late") }).catch((e) => log(e)).finally(() => op("last"));
Promise.resolve(1).then(op).then((x) => { throw new Error("u:" + x) }).catch(async (e) => { log(e); return op("c") }).then((x) => log(x));`,
    log: [
      "op(1",
      "op)1",
      'boom("g"',
      'boom)"g"',
      'op("caught"',
      'op)"caught"',
      'op("g"',
      'op)"g"',
      'op("inner"',
      'op)"inner"',
      'op("c0"',
      'op)"c0"',
      'op("executor"',
      'op)"executor"',
      'boom("late"',
      'boom)"late"',
      'op("f1"',
      'op)"f1"',
      '"caught"',
      "op(1",
      "op)1",
      'op("c1"',
      'op)"c1"',
      "Error: u:r",
      "op(1",
      "op)1",
      'op("f2"',
      'op)"f2"',
      'op("last"',
      'op)"last"',
      "1",
      '"inner"',
      "1",
      "Error: u:1",
      'op("c"',
      'op)"c"',
      '"c"',
    ],
  },
  {
    title: "loop with for await over async and sync iterables",
    body: `
async function* g(n) { try { for (let i = 0; i < n; i++) yield op(i) } finally { op("closed") } }
(async () => {
  for await (const x of g(2)) log(x);
  outer: for await (const x of g(3)) { for await (const y of [op("s"), Promise.resolve("p")]) { if (y === "p") continue outer; log(x, y); if (x === 1) break outer } }
  try { for await (const x of g(3)) boom("body") } catch (e) { log(e) }
  try { for await (const x of [Promise.reject(new Error("u:item"))]) log("never") } catch (e) { log(e) }
  for await (const { a = op("default") } of [{}, { a: 1 }]) log(a);
  const custom = { [Symbol.asyncIterator]() { op("begin"); let n = 0; return { async next() { op("next"); return { done: n++ > 1, value: n } }, async return() { op("return"); return {} } } } };
  for await (const x of custom) { log(x); if (x === 2) break }
  return (async () => { for await (const x of g(2)) return op("early") })();
})().then((x) => log("end", x));`,
    log: [
      "op(0",
      "op)0",
      "0",
      "op(1",
      "op)1",
      "1",
      'op("closed"',
      'op)"closed"',
      "op(0",
      "op)0",
      'op("s"',
      'op)"s"',
      '0 "s"',
      "op(1",
      "op)1",
      'op("s"',
      'op)"s"',
      '1 "s"',
      'op("closed"',
      'op)"closed"',
      "op(0",
      "op)0",
      'boom("body"',
      'boom)"body"',
      'op("closed"',
      'op)"closed"',
      "GoError",
      "Error: u:item",
      'op("default"',
      'op)"default"',
      '"default"',
      "1",
      'op("begin"',
      'op)"begin"',
      'op("next"',
      'op)"next"',
      "1",
      'op("next"',
      'op)"next"',
      "2",
      'op("return"',
      'op)"return"',
      "op(0",
      "op)0",
      'op("early"',
      'op)"early"',
      'op("closed"',
      'op)"closed"',
      '"end" "early"',
    ],
  },
  {
    title: "drive async generators one request after the other",
    body: `
async function* g() { try { const a = yield op(1); log("got", a); yield* inner(); const b = yield op(2); log("got", b); return op("r") } finally { await op("f") } }
async function* inner() { try { yield op("i1"); yield op("i2") } finally { op("if") } }
const it = g();
for (const v of ["a", "b", "c", "d", "e", "f"]) it.next(v).then((r) => log(v, r));
const early = g();
early.next().then((r) => log("early", r));
early.next().then((r) => log("early", r));
early.return(op("ret")).then((r) => log("returned", r));
early.next().then((r) => log("after", r));
const bad = g();
bad.throw(new Error("u:before")).catch((e) => log(e));
bad.next().then((r) => log("bad", r));
const mid = g();
mid.next().then(() => mid.throw(new Error("u:mid"))).catch((e) => log(e));
log(Object.prototype.toString.call(it), it[Symbol.asyncIterator]() === it);`,
    log: [
      "op(1",
      "op)1",
      "op(1",
      "op)1",
      'op("ret"',
      'op)"ret"',
      "op(1",
      "op)1",
      '"[object AsyncGenerator]" true',
      '"got" "b"',
      'op("i1"',
      'op)"i1"',
      '"got" undefined',
      'op("i1"',
      'op)"i1"',
      "Error: u:before",
      '"bad" {value:undefined,done:true}',
      '"a" {value:1,done:false}',
      '"early" {value:1,done:false}',
      'op("f"',
      'op)"f"',
      'op("i2"',
      'op)"i2"',
      '"b" {value:"i1",done:false}',
      '"early" {value:"i1",done:false}',
      'op("if"',
      'op)"if"',
      'op("if"',
      'op)"if"',
      "Error: u:mid",
      '"c" {value:"i2",done:false}',
      "op(2",
      "op)2",
      'op("f"',
      'op)"f"',
      '"got" "e"',
      'op("r"',
      'op)"r"',
      '"d" {value:2,done:false}',
      'op("f"',
      'op)"f"',
      '"returned" {value:"ret",done:true}',
      '"after" {value:undefined,done:true}',
      '"e" {value:"r",done:true}',
      '"f" {value:undefined,done:true}',
    ],
  },
  {
    title: "keep the order of jobs that the language gives",
    body: `
const order = (name, p) => p.then(() => log(name));
order("plain", Promise.resolve());
order("returned promise", (async () => Promise.resolve())());
order("returned value", (async () => 1)());
order("await value", (async () => { await 1 })());
order("await promise", (async () => { await Promise.resolve() })());
order("await thenable", (async () => { await { then(r) { r() } } })());
order("thenable", Promise.resolve({ then(r) { r() } }));
order("generator", (async function* () { yield 1 })().next());
order("generator of promise", (async function* () { yield Promise.resolve(1) })().next());
order("delegating", (async function* () { yield* [1] })().next());
order("sync iterable", (async () => { for await (const x of [1]) ; })());
order("all", Promise.all([1, Promise.resolve()]));
order("one", Promise.resolve().then(() => op("o")));
order("two", Promise.resolve().then(() => 1).then(() => 2));
order("three", Promise.resolve().then(() => 1).then(() => 2).then(() => 3));`,
    log: [
      '"plain"',
      '"returned value"',
      'op("o"',
      'op)"o"',
      '"await value"',
      '"await promise"',
      '"thenable"',
      '"generator"',
      '"generator of promise"',
      '"all"',
      '"one"',
      '"returned promise"',
      '"await thenable"',
      '"delegating"',
      '"two"',
      '"three"',
      '"sync iterable"',
    ],
  },
  {
    title: "support subclasses and statics of Promise",
    body: `
class P extends Promise { constructor(f) { super(f); log("made") } }
const p = P.resolve(op(1)).then((x) => op(x + 1));
log(p instanceof P, p.constructor === P);
p.then((x) => log(x));
log(Object.prototype.toString.call(p), typeof Promise.withResolvers);
try { Promise.resolve.call(undefined, 1) } catch (e) { log(e) }
try { new Promise() } catch (e) { log(e) }
try { Promise.prototype.then.call({}, () => 1) } catch (e) { log(e) }
const self = new Promise((r) => setTimeoutLike(() => r(self)));
function setTimeoutLike(f) { Promise.resolve().then(f) }
self.catch((e) => log(e));`,
    log: [
      "op(1",
      "op)1",
      '"made"',
      '"made"',
      "true true",
      '"made"',
      '"[object Promise]" "function"',
      "TypeError",
      "TypeError",
      "TypeError",
      "op(2",
      "op)2",
      "2",
      "TypeError",
    ],
  },
  {
    title: "answer misused methods of generators and promises as the language does",
    body: `

async function* g() {}
g.prototype.__proto__.next.call({}).catch((e) => log("next", e));
log(Object.getPrototypeOf(g.prototype) === Object.getPrototypeOf(async function* () {}).prototype);
for (const self of [undefined, 1]) try { Promise.resolve.call(self, Promise.resolve()) } catch (e) { log("resolve", e) }
class P extends Promise { static looks = 0; static get resolve() { P.looks++; return super.resolve } }
for (const name of ["all", "allSettled", "any", "race"]) { P.looks = 0; P[name]([1, 2, 3]); log(name, P.looks) }
class Q extends Promise { static resolve = 5 }
for (const name of ["all", "allSettled", "any", "race"]) Q[name]([1]).catch((e) => log(name, e));
Promise.any([Promise.reject(1), Promise.reject(2)]).catch((e) => log(e.errors));
Promise.allSettled([1, Promise.reject(2)]).then((x) => log(JSON.stringify(x)));
Promise.all([3, Promise.resolve(4)]).then((x) => log(x));`,
    log: [
      "true",
      '"resolve" TypeError',
      '"resolve" TypeError',
      '"all" 1',
      '"allSettled" 1',
      '"any" 1',
      '"race" 1',
      '"next" TypeError',
      '"all" TypeError',
      '"allSettled" TypeError',
      '"any" TypeError',
      '"race" TypeError',
      "[1,2]",
      '"[{\\"status\\":\\"fulfilled\\",\\"value\\":1},{\\"status\\":\\"rejected\\",\\"reason\\":2}]"',
      "[3,4]",
    ],
  },
]);
