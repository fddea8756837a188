/** Functions: what they are called with, what they look like, how they may be written. What is expected is what the engine does with a plain function in place of `op`. */
import { checkBodies } from "../../support/check-bodies.ts";

checkBodies("functions", [
  {
    title: "keep name, length, kind and prototype",
    body: `
function f(a, b = 1) { op(1) }
const g = (x, y) => op(1);
async function h(a) {}
function* k(a, b) { op(1) }
async function* l() {}
const o = { m(a) { op(1) }, async n() {}, ["c" + 1](a) { op(1) }, ["d" + 1]: async (x) => 1 };
for (const x of [f, g, h, k, l, o.m, o.n, o.c1, o.d1]) log(x.name, x.length, typeof x, "prototype" in x, x.constructor.name);`,
    log: [
      '"f" 1 "function" true "Function"',
      '"g" 2 "function" false "Function"',
      '"h" 1 "function" false "AsyncFunction"',
      '"k" 2 "function" true "GeneratorFunction"',
      '"l" 0 "function" true "AsyncGeneratorFunction"',
      '"m" 1 "function" false "Function"',
      '"n" 0 "function" false "AsyncFunction"',
      '"c1" 1 "function" false "Function"',
      '"d1" 1 "function" false "AsyncFunction"',
    ],
  },
  {
    title: "only construct what can be constructed",
    body: `
async function h() { op(1) }
function* k() { op(1) }
const o = { m() { op(1) } };
for (const x of [() => op(1), h, k, o.m, new (class { #p() { op(1) } get p() { return this.#p } })().p]) { try { new x(); log("made") } catch (e) { log(e) } }
function F(x) { op(x); this.x = x; return x > 1 ? { other: x } : 1 }
log(new F(1), new F(2), new F(1) instanceof F, new F(2) instanceof F, F.prototype.constructor === F);
F.prototype.m = function () { return op(this.x) };
log(new F(1).m(), Object.getPrototypeOf(new F(1)) === F.prototype);`,
    log: [
      "TypeError",
      "TypeError",
      "TypeError",
      "TypeError",
      "TypeError",
      "op(1",
      "op)1",
      "op(2",
      "op)2",
      "op(1",
      "op)1",
      "op(2",
      "op)2",
      "{x:1} {other:2} true false true",
      "op(1",
      "op)1",
      "op(1",
      "op)1",
      "op(1",
      "op)1",
      "1 true",
    ],
  },
  {
    title: "take new.target along",
    body: `
function F() { op(1); log(new.target === F) }
new F();
F.call({});
function G() { const f = async () => { op(2); log(new.target === G) }; f(); const g = () => { op(3); return new.target === undefined }; log(g()) }
new G();
G.call({});`,
    log: [
      "op(1",
      "op)1",
      "true",
      "op(1",
      "op)1",
      "false",
      "op(2",
      "op)2",
      "true",
      "op(3",
      "op)3",
      "false",
      "op(2",
      "op)2",
      "false",
      "op(3",
      "op)3",
      "true",
    ],
  },
  {
    title: "evaluate default parameters and patterns at the call, in order",
    body: `
function f(a = op("a"), { b = op("b"), ...c } = { d: op("d") }, [e = op("e")] = [], ...g) { log(a, b, c, e, g, arguments.length) }
f();
f(1, { b: 2, x: 3 }, [4], 5, 6);
const g = ({ x = op(1) } = {}, y = x + op(2)) => [x, y];
log(g(), g({ x: 5 }));
const o = { m(x = this.d(), y = () => x) { x = 9; return y() }, d() { return op("d") } };
log(o.m());
async function h(x = boom("p")) { log("never") }
h().catch((e) => log("rejected", e));
function* k(x = op("k")) { yield x }
const it = k();
log("made");
log(it.next());
async function* l(x = op("l")) { yield x }
const at = l();
log("made");
at.next().then((r) => log(r));
try { (({ x = boom("q") }) => x)({}) } catch (e) { log(e) }`,
    log: [
      'op("a"',
      'op)"a"',
      'op("d"',
      'op)"d"',
      'op("b"',
      'op)"b"',
      'op("e"',
      'op)"e"',
      '"a" "b" {d:"d"} "e" [] 0',
      "1 2 {x:3} 4 [5,6] 5",
      "op(1",
      "op)1",
      "op(2",
      "op)2",
      "op(2",
      "op)2",
      "[1,3] [5,7]",
      'op("d"',
      'op)"d"',
      "9",
      'boom("p"',
      'boom)"p"',
      'op("k"',
      'op)"k"',
      '"made"',
      '{value:"k",done:false}',
      'op("l"',
      'op)"l"',
      '"made"',
      'boom("q"',
      'boom)"q"',
      "GoError",
      '"rejected" GoError',
      '{value:"l",done:false}',
    ],
  },
  {
    title: "keep this, arguments and closures apart",
    body: `
function f() {
  op("f");
  const arrow = (x) => { op(x); return [this.v, arguments.length, arguments[0], x] };
  const later = async () => { op("l"); return [this.v, arguments[1]] };
  later().then((x) => log(x));
  return [arrow(7), (() => () => arguments[0] + op(1))()()];
}
log(f.call({ v: "this" }, 5, 6));
const counter = () => { let n = 0; return { up() { op(++n); return n }, get n() { return n } } };
const a = counter(), b = counter();
a.up(); a.up(); b.up();
log(a.n, b.n);
const fs = [];
for (let i = 0; i < 3; i++) fs.push(() => op(i++));
fs.forEach((f) => f());
log(fs[0]());`,
    log: [
      'op("f"',
      'op)"f"',
      'op("l"',
      'op)"l"',
      "op(7",
      "op)7",
      "op(1",
      "op)1",
      '[["this",2,5,7],6]',
      "op(1",
      "op)1",
      "op(2",
      "op)2",
      "op(1",
      "op)1",
      "2 1",
      "op(0",
      "op)0",
      "op(1",
      "op)1",
      "op(2",
      "op)2",
      "op(1",
      "op)1",
      "1",
      '["this",6]',
    ],
  },
  {
    title: "know themselves by name",
    body: `
const fact = function self(n) { op(n); return n < 2 ? 1 : n * self(n - 1) };
log(fact(3), fact.name);
try { (function me() { op(1); me = 5 })() } catch (e) { log(e) }
const { f = () => op("d"), ["g"]: g = function () { op("g") } } = {};
f(); g();
log(f.name, g.name);
let h; h = () => op(1); let i; (i) = (() => op(2)); h ||= 1;
log(h.name);
const o = { x: () => op(3), "y z": function () { op(4) }, 1: () => op(5) };
log(o.x.name, o["y z"].name, o[1].name);`,
    log: [
      "op(3",
      "op)3",
      "op(2",
      "op)2",
      "op(1",
      "op)1",
      '6 "self"',
      "op(1",
      "op)1",
      "TypeError",
      'op("d"',
      'op)"d"',
      'op("g"',
      'op)"g"',
      '"f" "g"',
      '"h"',
      '"x" "y z" "1"',
    ],
  },
  {
    title: "are hoisted to where the language hoists them",
    body: `
log(f(1), typeof g, (() => { return h(2); function h(x) { return op(x) } })());
function f(x) { return op(x) }
{ log(b(3)); function b(x) { return op(x) } }
log(typeof b);
for (const i of [1, 2]) { k(); function k() { op(i) } }
switch (1) { case 0: function s(x) { return op(x) } case 1: log(s(4)) }
if (true) { async function t() { op("t") } t() }
var g = 1;
function f(x) { return op("second " + x) }
label: { log(l(5)); function l(x) { return op(x) } break label }`,
    log: [
      'op("second 1"',
      'op)"second 1"',
      "op(2",
      "op)2",
      '"second 1" "undefined" 2',
      "op(3",
      "op)3",
      "3",
      '"undefined"',
      "op(1",
      "op)1",
      "op(2",
      "op)2",
      "op(4",
      "op)4",
      "4",
      'op("t"',
      'op)"t"',
      "op(5",
      "op)5",
      "5",
    ],
  },
  {
    title: "may have comments and line breaks in any place",
    body: `
const f = /*a*/ async /*b*/ (/*(*/ x /*)*/) /*c*/ => /*{*/ { /*}*/ return op /*(*/ ( /*)*/ x /*,*/ ) /*;*/ };
f(1).then((x) => log(x));
const g = async /*(*/ function /*(*/ name /*)*/ ( /*x*/ ) /*{*/ { return op(2) };
g().then((x) => log(x));
op // (
  (3);
new /*(*/ (class { constructor( /*)*/ ) { op(4) } }) /*)*/;
const o = { async /*x*/ m /*y*/ ( /*z*/ ) /*w*/ { return op(6) }, /*q*/ [/*]*/ "k" /*]*/] /*r*/ (a) { return op(a) }, * /*s*/ g() { yield op(8) } };
o.m(); o /*.*/ . /*k*/ k /*(*/ (7); log([...o.g()]);
const h = x /* => */ => /* { */ op(x)
h(9)
class A { static /*a*/ async /*b*/ m /*c*/ () { op(10) } * /*g*/ [ /*k*/ "k" ] () { yield op(11) } }
A.m(); log([...new A().k()]);`,
    log: [
      "op(1",
      "op)1",
      "op(2",
      "op)2",
      "op(3",
      "op)3",
      "op(4",
      "op)4",
      "op(6",
      "op)6",
      "op(7",
      "op)7",
      "op(8",
      "op)8",
      "[8]",
      "op(9",
      "op)9",
      "op(10",
      "op)10",
      "op(11",
      "op)11",
      "[11]",
      "1",
      "2",
    ],
  },
  {
    title: "work through bind, call, apply and Reflect",
    body: `
function f(...args) { op(args.length); return [this?.v, ...args] }
const b = f.bind({ v: "bound" }, 1);
log(b(2), b.name, b.length, f.call({ v: "call" }, 1, 2), f.apply({ v: "apply" }, [1]), f.apply({ v: "none" }));
log(Reflect.apply(f, { v: "reflect" }, [3]), Function.prototype.call.call(f, { v: "twice" }, 4));
class C { constructor(x) { this.x = op(x) } h = this.m.bind(this); m() { return op(this.x) } }
log(new C(5).h(), Reflect.construct(C, [6]).x, new (C.bind(null, 7))().x);
[1, 2].forEach(op.bind(null, "bound"));
const { log: l } = { log: (x) => log(op(x)) };
l(8);`,
    log: [
      "op(2",
      "op)2",
      "op(2",
      "op)2",
      "op(1",
      "op)1",
      "op(0",
      "op)0",
      '["bound",1,2] "bound f" 0 ["call",1,2] ["apply",1] ["none"]',
      "op(1",
      "op)1",
      "op(1",
      "op)1",
      '["reflect",3] ["twice",4]',
      "op(5",
      "op)5",
      "op(5",
      "op)5",
      "op(6",
      "op)6",
      "op(7",
      "op)7",
      "5 6 7",
      'op("bound"',
      'op)"bound"',
      'op("bound"',
      'op)"bound"',
      "op(8",
      "op)8",
      "8",
    ],
  },
  {
    title: "recurse, deeply and into each other",
    body: `
const even = (n) => (n === 0 ? op("even") : odd(n - 1));
const odd = (n) => (n === 0 ? op("odd") : even(n - 1));
log(even(200), odd(7) === undefined);
const walk = (tree) => { op(tree.v); (tree.c ?? []).forEach(walk) };
walk({ v: 1, c: [{ v: 2, c: [{ v: 3 }] }, { v: 4 }] });
function forever() { op; return forever() + 1 }
try { forever() } catch (e) { log(e.name) }`,
    log: [
      'op("even"',
      'op)"even"',
      'op("even"',
      'op)"even"',
      '"even" false',
      "op(1",
      "op)1",
      "op(2",
      "op)2",
      "op(3",
      "op)3",
      "op(4",
      "op)4",
      '"RangeError"',
    ],
  },
  {
    title: "may be called by names that stand for each other, and classes extend one another",
    body: `
var p = q, q = p;
try { p() } catch (e) { log(e) }
try { class A extends B {} class B extends A {} new A() } catch (e) { log(e) }
const first = op, second = first;
log(second(1));`,
    log: ["TypeError", "ReferenceError", "op(1", "op)1", "1"],
  },
  {
    title: "refuse parameters that are used before they have a value",
    body: `
const o = { f(a = b, b = op(1)) {}, g(a = (op(1), a)) {}, *h(a = b, b = op(2)) {}, again(a, b = op(3), ...[c, d = a]) { var a; var e = a; return [a, b, c, d, e] } };
for (const name of ["f", "g", "h"]) try { o[name]() } catch (e) { log(name, e) }
(async (a = b, b = op(4)) => a)().catch((e) => log(e));
log(o.again(1, undefined, 2), ((a, b = op(a), c = a + b) => [a, b, c])(5));`,
    log: [
      '"f" ReferenceError',
      "op(1",
      "op)1",
      '"g" ReferenceError',
      '"h" ReferenceError',
      "op(3",
      "op)3",
      "op(5",
      "op)5",
      "[1,3,2,1,1] [5,5,10]",
      "ReferenceError",
    ],
  },
  {
    title: "are named where the language names them",
    body: `
let f;
(f) = function () { op(1) };
log(f.name);
f = function () { op(1) };
log(f.name);
const o = { __proto__() { return op("own") }, async x() {} };
log(Object.keys(o), o.__proto__(), o.__proto__.name, Object.getPrototypeOf(o) === Object.prototype);`,
    log: ['""', '"f"', 'op("own"', 'op)"own"', '["__proto__","x"] "own" "__proto__" true'],
  },
]);
