/** Classes: construction, methods of every kind, private names, `super`. What is expected is what the engine does with a plain function in place of `op`. */
import { checkBodies } from "../../support/check-bodies.ts";

checkBodies("classes", [
  {
    title: "construct base and derived classes",
    body: `
class A { f = op("field A"); constructor(x) { op("A"); this.x = x; log(new.target.name) } }
class B extends A { g = op("field B"); constructor(x) { op("before"); super(op(x)); op("after"); this.y = this.x } }
class C extends B {}
log(new A(1), new B(2), new C(3), new C(4) instanceof A);
class D { constructor() { op("D"); return { replaced: true } } }
log(new D(), new (class extends D { z = 1 })());
class E { constructor(x = op("default"), { y = op("y") } = {}) { this.x = [x, y] } }
log(new E(), E.length);
class N { child = this.deep(); deep() { return N.left-- > 0 ? new N() : op("leaf") } static left = 2; constructor() { op("N") } }
log(new N());
try { A() } catch (e) { log(e) }
try { class X { constructor({ a }) { op(a) } } new X() } catch (e) { log(e); log(op("next")) }`,
    log: [
      'op("field A"',
      'op)"field A"',
      'op("A"',
      'op)"A"',
      '"A"',
      'op("before"',
      'op)"before"',
      "op(2",
      "op)2",
      'op("field A"',
      'op)"field A"',
      'op("A"',
      'op)"A"',
      '"B"',
      'op("field B"',
      'op)"field B"',
      'op("after"',
      'op)"after"',
      'op("before"',
      'op)"before"',
      "op(3",
      "op)3",
      'op("field A"',
      'op)"field A"',
      'op("A"',
      'op)"A"',
      '"C"',
      'op("field B"',
      'op)"field B"',
      'op("after"',
      'op)"after"',
      'op("before"',
      'op)"before"',
      "op(4",
      "op)4",
      'op("field A"',
      'op)"field A"',
      'op("A"',
      'op)"A"',
      '"C"',
      'op("field B"',
      'op)"field B"',
      'op("after"',
      'op)"after"',
      '{f:"field A",x:1} {f:"field A",x:2,g:"field B",y:2} {f:"field A",x:3,g:"field B",y:3} true',
      'op("D"',
      'op)"D"',
      'op("D"',
      'op)"D"',
      "{replaced:true} {replaced:true,z:1}",
      'op("default"',
      'op)"default"',
      'op("y"',
      'op)"y"',
      '{x:["default","y"]} 0',
      'op("leaf"',
      'op)"leaf"',
      'op("N"',
      'op)"N"',
      'op("N"',
      'op)"N"',
      'op("N"',
      'op)"N"',
      '{child:{child:{child:"leaf"}}}',
      "TypeError",
      "TypeError",
      'op("next"',
      'op)"next"',
      '"next"',
    ],
  },
  {
    title: "have methods, accessors and computed names",
    body: `
const names = ["one", "two"];
class A {
  [op("one")](x) { return op(x) + this.v }
  static [names[1]](x) { return op(x) }
  v = 1;
  "quoted name"() { return op("q") }
  1() { return op("number") }
  get g() { return op(this.v) }
  set g(x) { this.v = op(x) }
  static get s() { return op("s") }
  async a() { op("a"); await null; return op("b") }
  *gen() { yield op(1); yield* this.gen2() }
  *gen2() { yield op(2) }
  async *ag() { yield op(3) }
  [Symbol.toPrimitive](hint) { return op(hint) }
  *[Symbol.iterator]() { yield op("i") }
  static async sa() { return op("sa") }
}
const a = new A();
log(a.one(1), A.two(2), a["quoted name"](), a[1](), a.g, (a.g = 5), a.v, A.s, [...a.gen()], \`\${a}\`, [...a]);
a.a().then((x) => log(x));
A.sa().then((x) => log(x));
a.ag().next().then((x) => log(x));
log(Object.keys(a), Object.getOwnPropertyNames(A.prototype).sort(), Object.keys(A.prototype), A.prototype.one.name, A.prototype[Symbol.iterator].name);
class R { m() { return op("first") } m() { return op("last") } get z() { return op(1) } z() { return op(2) } static async q() {} static q = 5 }
log(new R().m(), new R().z(), R.q);`,
    log: [
      'op("one"',
      'op)"one"',
      "op(1",
      "op)1",
      "op(2",
      "op)2",
      'op("q"',
      'op)"q"',
      'op("number"',
      'op)"number"',
      "op(1",
      "op)1",
      "op(5",
      "op)5",
      'op("s"',
      'op)"s"',
      "op(1",
      "op)1",
      "op(2",
      "op)2",
      'op("string"',
      'op)"string"',
      'op("i"',
      'op)"i"',
      '2 2 "q" "number" 1 5 5 "s" [1,2] "string" ["i"]',
      'op("a"',
      'op)"a"',
      'op("sa"',
      'op)"sa"',
      "op(3",
      "op)3",
      '["v"] ["1","a","ag","constructor","g","gen","gen2","one","quoted name"] [] "one" "[Symbol.iterator]"',
      'op("last"',
      'op)"last"',
      "op(2",
      "op)2",
      '"last" 2 5',
      'op("b"',
      'op)"b"',
      '"sa"',
      '"b"',
      "{value:3,done:false}",
    ],
  },
  {
    title: "have private members",
    body: `
class A {
  #x = op("x");
  #m(a) { op(a); return [this.#x, a] }
  static #s(a) { return op(a) }
  get #g() { return op("g") }
  set #g(v) { op(v) }
  async #a() { op("a"); await null; return this.#x }
  *#gen(n = op("n")) { yield n; yield op("y") }
  go() { this.#g = 1; return [this.#m(2), A.#s(3), this.#g, [...this.#gen()], #m in this, #m in {}, this.#m?.(4)] }
  async later() { return [await this.#a(), this.#m(5)] }
  get m() { return this.#m }
  static steal(o) { return o.#m(1) }
}
log(new A().go(), new A().m === new A().m, new A().m.name);
new A().later().then((x) => log(x));
try { A.steal({}) } catch (e) { log(e) }
try { new (class { #p() { op(1) } set() { this.#p = 1 } })().set() } catch (e) { log(e) }`,
    log: [
      'op("x"',
      'op)"x"',
      "op(1",
      "op)1",
      "op(2",
      "op)2",
      "op(3",
      "op)3",
      'op("g"',
      'op)"g"',
      'op("n"',
      'op)"n"',
      'op("y"',
      'op)"y"',
      "op(4",
      "op)4",
      'op("x"',
      'op)"x"',
      'op("x"',
      'op)"x"',
      'op("x"',
      'op)"x"',
      '[["x",2],3,"g",["n","y"],true,false,["x",4]] true "#m"',
      'op("x"',
      'op)"x"',
      'op("a"',
      'op)"a"',
      "TypeError",
      "TypeError",
      "op(5",
      "op)5",
      '["x",["x",5]]',
    ],
  },
  {
    title: "run static blocks and fields in order",
    body: `
class A {
  static a = op(1);
  static { op(2); this.b = op(3); for (const x of [4]) op(x) }
  static c = this.b + A.a;
  static m() { return op(5) }
  static d = A.m();
  [op("key")] = op("never on the class");
  static f = () => op(this.c);
}
log(A.a, A.b, A.c, A.d, A.f(), new A().key);`,
    log: [
      'op("key"',
      'op)"key"',
      "op(1",
      "op)1",
      "op(2",
      "op)2",
      "op(3",
      "op)3",
      "op(4",
      "op)4",
      "op(5",
      "op)5",
      "op(4",
      "op)4",
      'op("never on the class"',
      'op)"never on the class"',
      '1 3 4 5 4 "never on the class"',
    ],
  },
  {
    title: "reach super from methods, arrows and accessors",
    body: `
class A { m(x) { return "A" + op(x) } static s() { return "S" + op(1) } get g() { return op(this.v) } set w(x) { this.q = op(x) } async am() { return op("am") } }
class B extends A {
  v = "v";
  m(x) { const f = () => super.m(x); const g = () => () => super["m"](op("key")); return f() + super.m(1) + g()() }
  static s() { return (() => super.s())() }
  get g() { return [super.g, (() => super.g)()] }
  set w(x) { super.w = x; (() => { op(1); super.p = x })(); (async () => { op(2); super.r = x })() }
  async am() { const f = async () => (await super.am()) + op(1); return (await f()) + (await super.am()) }
  f = () => super.m(op("field"));
  *gen() { yield super.m(2); const f = () => super.m(3); yield f() }
  opt() { return [super.m?.(4), super.none?.(5), super.m(...[6])] }
}
const b = new B();
log(b.m(0), B.s(), b.g, (b.w = 7), b.q, b.p, b.r, b.f(), [...b.gen()], b.opt());
b.am().then((x) => log(x));
class C extends A { constructor() { const early = () => this; super(); op("C"); log(early() === this); (async () => { op(this.v); super.m("ctor") })() } }
new C();
class D extends A { constructor() { super((() => op("arg"))()); const f = async () => { op("in"); return super.m("x") }; f().then((x) => log(x)) } }
new D();
const o = { __proto__: { m(x) { return "P" + op(x) }, get g() { return op("g") } }, a: 1, m(x) { return super.m(x) + (() => super.m("arrow"))() }, async am() { return super.g + super.m(1) }, *gm() { yield super.m(2) }, get g() { return super.g }, b: 2 };
log(o.m(1), [...o.gm()], o.g, Object.keys(o));
o.am().then((x) => log(x));`,
    log: [
      "op(0",
      "op)0",
      "op(1",
      "op)1",
      'op("key"',
      'op)"key"',
      'op("key"',
      'op)"key"',
      "op(1",
      "op)1",
      'op("v"',
      'op)"v"',
      'op("v"',
      'op)"v"',
      "op(7",
      "op)7",
      "op(1",
      "op)1",
      "op(2",
      "op)2",
      'op("field"',
      'op)"field"',
      'op("field"',
      'op)"field"',
      "op(2",
      "op)2",
      "op(3",
      "op)3",
      "op(4",
      "op)4",
      "op(6",
      "op)6",
      '"A0A1Akey" "S1" ["v","v"] 7 7 7 7 "Afield" ["A2","A3"] ["A4",undefined,"A6"]',
      'op("am"',
      'op)"am"',
      'op("C"',
      'op)"C"',
      "true",
      "op(undefined",
      "op)undefined",
      'op("ctor"',
      'op)"ctor"',
      'op("arg"',
      'op)"arg"',
      'op("in"',
      'op)"in"',
      'op("x"',
      'op)"x"',
      "op(1",
      "op)1",
      'op("arrow"',
      'op)"arrow"',
      "op(2",
      "op)2",
      'op("g"',
      'op)"g"',
      '"P1Parrow" ["P2"] "g" ["a","m","am","gm","g","b"]',
      'op("g"',
      'op)"g"',
      "op(1",
      "op)1",
      "op(1",
      "op)1",
      '"Ax"',
      '"gP1"',
      'op("am"',
      'op)"am"',
      '"am1am"',
    ],
  },
  {
    title: "can be expressions, extend expressions and hold one another",
    body: `
const make = (Base) => class extends Base { m() { return op(super.m?.() ?? "none") } };
const X = make(make(class { m() { return op("base") } }));
log(new X().m(), X.name, (class { static n = this.name }).n, class Named { static m() { return op(Named.name) } }.m());
class Outer { static Inner = class { m() { return op(Outer.v) } }; static v = "o" }
log(new Outer.Inner().m());
const o = { K: class { m() { return op(1) } } };
log(o.K.name, new o.K().m());
try { class Y extends boom("heritage") {} } catch (e) { log(e) }
class List extends Array { sum() { return this.reduce((a, b) => op(a + b), 0) } }
const l = List.from([1, 2, 3]);
log(l.sum(), l.map((x) => op(x) * 2) instanceof List, l.filter((x) => op(x) > 1).sum());
class Err extends Error { constructor(m) { op(m); super(m); this.name = "Err" } }
try { throw new Err("u:e") } catch (e) { log(e, e instanceof Err, e instanceof Error) }`,
    log: [
      'op("base"',
      'op)"base"',
      'op("base"',
      'op)"base"',
      'op("base"',
      'op)"base"',
      'op("Named"',
      'op)"Named"',
      '"base" "" "" "Named"',
      'op("o"',
      'op)"o"',
      '"o"',
      "op(1",
      "op)1",
      '"K" 1',
      'boom("heritage"',
      'boom)"heritage"',
      "GoError",
      "op(1",
      "op)1",
      "op(3",
      "op)3",
      "op(6",
      "op)6",
      "op(1",
      "op)1",
      "op(2",
      "op)2",
      "op(3",
      "op)3",
      "op(1",
      "op)1",
      "op(2",
      "op)2",
      "op(3",
      "op)3",
      "op(2",
      "op)2",
      "op(5",
      "op)5",
      "6 true 5",
      'op("u:e"',
      'op)"u:e"',
      "Err: u:e true true",
    ],
  },
  {
    title: "suspend in constructors, derived ones too",
    threadBlocks: 0,
    body: `
class A { constructor(x) { op("A"); this.x = x } get g() { return this.x } set g(x) { this.set = x } static count = 0; static next() { return ++this.count } }
class B extends A {
  id = B.next();
  #secret = "s";
  f = () => this.x;
  constructor(x) {
    try { log(this) } catch (e) { log(e) }
    op("before");
    const made = super(op(x));
    op("after");
    super.g = 3;
    this.seen = [made === this, super.g, this.#secret, this.#q(), this.f(), arguments.length, new.target === B, new.target.name];
    try { super(5) } catch (e) { log(e) }
  }
  #q() { return this.x + 1 }
}
class C extends B {}
class D extends C { own = 1 }
log(new B(1), new C(2, 3), new D(4));
log(Object.getPrototypeOf(B) === A, Object.getPrototypeOf(D) === C, B.length, C.length, D.name, new D(1) instanceof A);
class None extends A { constructor() { op("none") } }
class Primitive extends A { constructor() { super(op(1)); return 1 } }
class Other extends A { constructor() { op("other"); return { other: true } } }
class Twice extends A { constructor() { super(1); op("twice"); super(2) } }
class Throws extends A { constructor() { try { super(boom("x")) } catch (e) { super(e.name) } } }
class Nothing extends null { constructor() { op("nothing"); super() } }
for (const K of [None, Primitive, Other, Twice, Throws, Nothing]) try { log(new K()) } catch (e) { log(K.name, e) }
class Bad extends TypeError { constructor(m, y = op("y")) { super(m); this.y = y } }
try { throw new Bad("bad") } catch (e) { log(e instanceof TypeError, e.message, e.y) }
const mixin = (P, n) => class extends P { [n] = n; constructor(...a) { super(...a); op(n) } };
const M = mixin(mixin(A, "m1"), "m2");
log(new M(7), Reflect.construct(B, [1], D) instanceof D);
class Old { constructor(x) { this.x = op(x) } }
function Legacy(x) { this.x = op(x) }
class New extends Legacy { z = 1; constructor() { super(5); this.w = op(6) } }
log(new New(), new New() instanceof Legacy);`,
    log: [
      "ReferenceError",
      'op("before"',
      'op)"before"',
      "op(1",
      "op)1",
      'op("A"',
      'op)"A"',
      'op("after"',
      'op)"after"',
      'op("A"',
      'op)"A"',
      "ReferenceError",
      "ReferenceError",
      'op("before"',
      'op)"before"',
      "op(2",
      "op)2",
      'op("A"',
      'op)"A"',
      'op("after"',
      'op)"after"',
      'op("A"',
      'op)"A"',
      "ReferenceError",
      "ReferenceError",
      'op("before"',
      'op)"before"',
      "op(4",
      "op)4",
      'op("A"',
      'op)"A"',
      'op("after"',
      'op)"after"',
      'op("A"',
      'op)"A"',
      "ReferenceError",
      '{x:1,id:1,f:[function f],set:3,seen:[true,1,"s",2,1,1,true,"B"]} {x:2,id:2,f:[function f],set:3,seen:[true,2,"s",3,2,2,false,"C"]} {x:4,id:3,f:[function f],set:3,seen:[true,4,"s",5,4,1,false,"D"],own:1}',
      "ReferenceError",
      'op("before"',
      'op)"before"',
      "op(1",
      "op)1",
      'op("A"',
      'op)"A"',
      'op("after"',
      'op)"after"',
      'op("A"',
      'op)"A"',
      "ReferenceError",
      'true true 1 0 "D" true',
      'op("none"',
      'op)"none"',
      '"None" ReferenceError',
      "op(1",
      "op)1",
      'op("A"',
      'op)"A"',
      '"Primitive" TypeError',
      'op("other"',
      'op)"other"',
      "{other:true}",
      'op("A"',
      'op)"A"',
      'op("twice"',
      'op)"twice"',
      'op("A"',
      'op)"A"',
      '"Twice" ReferenceError',
      'boom("x"',
      'boom)"x"',
      'op("A"',
      'op)"A"',
      '{x:"GoError"}',
      'op("nothing"',
      'op)"nothing"',
      '"Nothing" TypeError',
      'op("y"',
      'op)"y"',
      'true "bad" "y"',
      'op("A"',
      'op)"A"',
      'op("m1"',
      'op)"m1"',
      'op("m2"',
      'op)"m2"',
      "ReferenceError",
      'op("before"',
      'op)"before"',
      "op(1",
      "op)1",
      'op("A"',
      'op)"A"',
      'op("after"',
      'op)"after"',
      'op("A"',
      'op)"A"',
      "ReferenceError",
      '{x:7,m1:"m1",m2:"m2"} true',
      "op(5",
      "op)5",
      "op(6",
      "op)6",
      "op(5",
      "op)5",
      "op(6",
      "op)6",
      "{x:5,z:1,w:6} true",
    ],
  },
  {
    title: "keep methods apart from private ones of their name, and the order of both kinds",
    body: `

class A { m() { return op("public") } #m() { return op("private") } plain() {} async k() {} #k() {} both() { return [this.m(), this.#m()] } }
log(new A().both(), Object.getOwnPropertyNames(A.prototype).join());
class S { static a() { op(1) } static b() {} static c() { op(2) } static a() { return op(3) } }
log(Object.getOwnPropertyNames(S).join(), S.a());
try { class X { static ["prototype"]() { op(1) } } } catch (e) { log(e) }`,
    log: [
      'op("public"',
      'op)"public"',
      'op("private"',
      'op)"private"',
      '["public","private"] "constructor,m,plain,k,both"',
      "op(3",
      "op)3",
      '"length,name,prototype,a,b,c" 3',
      "TypeError",
    ],
  },
  {
    title: "keep the receiver of super in optional chains",
    body: `

class A { constructor() { this.x = 1; this.o = { n: this, k() { return op(this.n.x) } } } m() { return this.x } r() { return this } }
class B extends A {
  constructor() { super(); log(super.m?.(), (super.m)?.(), super.m()?.toString(), super.r().o?.k(), (super.r()?.m)?.()) }
  async later() { const f = async () => [super.m?.(), super.r()?.x, (super.r?.()?.m)(), super.nope?.(op("never"))]; const g = async () => (() => super.m?.())(); log(await f(), await g()) }
}
new B().later();`,
    log: ["op(1", "op)1", '1 1 "1" 1 1', "[1,1,1,undefined] 1"],
  },
  {
    title: "let a later member of the same name take the place of a method",
    body: `

let i = 0;
class A { [i++]() { return op("zero") } [i++]() { return op("one") } [(i, i)]() { return op("two") } }
log(new A()[0](), new A()[1](), new A()[2]());
class B { a() { op("never") } ["a"]() { return "plain" } b() { op("never") } get ["b"]() { return "got" } c() { op("never") } ["c"]() { return op("last") } d() { op("never") } d() { return 4 } }
log(new B().a(), new B().b, new B().c(), new B().d());`,
    log: [
      'op("zero"',
      'op)"zero"',
      'op("one"',
      'op)"one"',
      'op("two"',
      'op)"two"',
      '"zero" "one" "two"',
      'op("last"',
      'op)"last"',
      '"plain" "got" "last" 4',
    ],
  },
]);
