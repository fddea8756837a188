/** Statements: jumps, handlers, declarations, and code that leaves out semicolons. What is expected is what the engine does with a plain function in place of `op`. */
import { checkBodies } from "../../support/check-bodies.ts";

checkBodies("statements", [
  {
    title: "end where the parser ends them",
    body: `
let a = 1
const b = a
op(1)
;[1, 2].forEach((x) => op(x))
op(2)
op(3)
let c = op(4)
var d
= op(5)
d
++
a
const f = () => op(6)
f()
if (a) op(7)
else op(8)
op(9)
do op(10)
while (op(0))
op(11)
for (const x of [1]) op(12)
op(13)
const g = function () { return }
g()
op(14)
class A { x = 1
async q() { await 1
}
*m() { yield op(15) }
static y = op(16)
async n() {}; z = op(17)
}
log(a, b, c, d, [...new A().m()], A.y, new A().z)
const h = async () => await
op(18)
h()
const i = (x) => { if (x) return op(19)
op(20) }
i(1); i(0)
throw_()
function throw_() { try { throw op(21)
} catch (e) { log(e) } }`,
    log: [
      "op(1",
      "op)1",
      "op(1",
      "op)1",
      "op(2",
      "op)2",
      "op(2",
      "op)2",
      "op(3",
      "op)3",
      "op(4",
      "op)4",
      "op(5",
      "op)5",
      "op(6",
      "op)6",
      "op(7",
      "op)7",
      "op(9",
      "op)9",
      "op(10",
      "op)10",
      "op(0",
      "op)0",
      "op(11",
      "op)11",
      "op(12",
      "op)12",
      "op(13",
      "op)13",
      "op(14",
      "op)14",
      "op(16",
      "op)16",
      "op(17",
      "op)17",
      "op(15",
      "op)15",
      "op(17",
      "op)17",
      "2 1 4 5 [15] 16 17",
      "op(18",
      "op)18",
      "op(19",
      "op)19",
      "op(20",
      "op)20",
      "op(21",
      "op)21",
      "21",
    ],
  },
  {
    title: "try, catch and finally",
    body: `
const f = (how) => {
  try { op(how); if (how === "throw") boom("t"); if (how === "return") return op("r"); op("through") }
  catch ({ name, message: m = op("default") }) { op("catch " + name); if (m === "t") return "caught" }
  finally { op("finally"); if (how === "override") return "overridden" }
  return "end";
};
log(["through", "throw", "return", "override"].map(f));
try { try { boom("inner") } finally { op("f") } } catch (e) { log(e) }
try { try { boom("first") } finally { boom("second") } } catch (e) { log(e.message === "second") }
try { try { boom("x") } catch { boom("y") } finally { op("z") } } catch (e) { log(e.message === "y") }
l: try { op(1); break l } finally { op("broken") }
for (const x of [1, 2, 3]) { try { if (x === 1) continue; if (x === 2) break } finally { op("f" + x) } }
log((() => { for (;;) try { return op("loop") } finally { break } return "after" })());
try { throw null } catch (e) { log(e) } try { throw undefined } catch (e) { log(e) }
const e = "outer"; try { throw "inner" } catch (e) { op(e); { let e = "block"; log(e) } } log(e);
try { nothing } catch (e) { log(e) }`,
    log: [
      'op("through"',
      'op)"through"',
      'op("through"',
      'op)"through"',
      'op("finally"',
      'op)"finally"',
      'op("throw"',
      'op)"throw"',
      'boom("t"',
      'boom)"t"',
      'op("catch GoError"',
      'op)"catch GoError"',
      'op("finally"',
      'op)"finally"',
      'op("return"',
      'op)"return"',
      'op("r"',
      'op)"r"',
      'op("finally"',
      'op)"finally"',
      'op("override"',
      'op)"override"',
      'op("through"',
      'op)"through"',
      'op("finally"',
      'op)"finally"',
      '["end","caught","r","overridden"]',
      'boom("inner"',
      'boom)"inner"',
      'op("f"',
      'op)"f"',
      "GoError",
      'boom("first"',
      'boom)"first"',
      'boom("second"',
      'boom)"second"',
      "true",
      'boom("x"',
      'boom)"x"',
      'boom("y"',
      'boom)"y"',
      'op("z"',
      'op)"z"',
      "true",
      "op(1",
      "op)1",
      'op("broken"',
      'op)"broken"',
      'op("f1"',
      'op)"f1"',
      'op("f2"',
      'op)"f2"',
      'op("loop"',
      'op)"loop"',
      '"after"',
      "null",
      "undefined",
      'op("inner"',
      'op)"inner"',
      '"block"',
      '"outer"',
      "ReferenceError",
    ],
  },
  {
    title: "jump out of nested loops and labelled blocks",
    body: `
a: for (let i = 0; i < 3; i++) { b: for (let j = 0; ; j++) { op(i + "" + j); if (j === 1) continue a; if (i === 1) break a; if (j > 5) break b } }
x: { op("x1"); y: { op("y"); if (op(true)) break x; op("never") } op("never") }
let n = 0; w: while (true) { do { if (++n > 2) break w; op(n); continue w } while (true) }
s: switch (op(2)) { case op(1): op("one"); case op(2): op("two"); case 3: op("three"); break s; default: op("default") }
switch (op("none")) { case 1: op(1); default: op("d"); case 2: op(2) }
for (const k in { a: op(1), b: op(2) }) op(k);
for (var v = op(0), w = 2; op(v) < w; v++, op("u")) ;
for (const [p, q = op("q")] of [[1], [2, 3]]) log(p, q);
do { op("once") } while (op(false));
if (op(0)) op("never"); else if (op(1)) op("elseif"); else op("never");
lone: for (const z of [1, 2]) for (const y of [1]) continue lone;`,
    log: [
      'op("00"',
      'op)"00"',
      'op("01"',
      'op)"01"',
      'op("10"',
      'op)"10"',
      'op("x1"',
      'op)"x1"',
      'op("y"',
      'op)"y"',
      "op(true",
      "op)true",
      "op(1",
      "op)1",
      "op(2",
      "op)2",
      "op(2",
      "op)2",
      "op(1",
      "op)1",
      "op(2",
      "op)2",
      'op("two"',
      'op)"two"',
      'op("three"',
      'op)"three"',
      'op("none"',
      'op)"none"',
      'op("d"',
      'op)"d"',
      "op(2",
      "op)2",
      "op(1",
      "op)1",
      "op(2",
      "op)2",
      'op("a"',
      'op)"a"',
      'op("b"',
      'op)"b"',
      "op(0",
      "op)0",
      "op(0",
      "op)0",
      'op("u"',
      'op)"u"',
      "op(1",
      "op)1",
      'op("u"',
      'op)"u"',
      "op(2",
      "op)2",
      'op("q"',
      'op)"q"',
      '1 "q"',
      "2 3",
      'op("once"',
      'op)"once"',
      "op(false",
      "op)false",
      "op(0",
      "op)0",
      "op(1",
      "op)1",
      'op("elseif"',
      'op)"elseif"',
    ],
  },
  {
    title: "declare where the language declares",
    body: `
try { x; } catch (e) { log(e) } let x = op(1);
try { f() } catch (e) { log(e) } const f = () => op(2);
try { const y = y } catch (e) { log(e) }
try { new B() } catch (e) { log(e) } class B { constructor() { op("B") } } new B();
log(typeof v, (() => { v2 = 5; var v2; return v2 })()); var v = op(3);
try { f = 1 } catch (e) { log(e) }
{ let x = op("inner"); { const x = op("innermost"); log(x) } log(x) } log(x);
const { a, b: { c = op("c"), ...d }, ["e" + op(1)]: e = op("e"), ...rest } = { a: 1, b: { z: 2 }, more: op(3) };
log(a, c, d, e, rest);
const [g, , [h = op("h")] = [], ...i] = [op(1), 2, undefined, 4, 5];
log(g, h, i);
for (let j = op(0), fs = []; j < 2 || fs.forEach((q) => q()); j++) fs.push(() => op(j));`,
    log: [
      "ReferenceError",
      "op(1",
      "op)1",
      "ReferenceError",
      "ReferenceError",
      "ReferenceError",
      'op("B"',
      'op)"B"',
      '"undefined" 5',
      "op(3",
      "op)3",
      "TypeError",
      'op("inner"',
      'op)"inner"',
      'op("innermost"',
      'op)"innermost"',
      '"innermost"',
      '"inner"',
      "1",
      "op(3",
      "op)3",
      'op("c"',
      'op)"c"',
      "op(1",
      "op)1",
      'op("e"',
      'op)"e"',
      '1 "c" {z:2} "e" {more:3}',
      "op(1",
      "op)1",
      'op("h"',
      'op)"h"',
      '1 "h" [4,5]',
      "op(0",
      "op)0",
      "op(0",
      "op)0",
      "op(1",
      "op)1",
    ],
  },
  {
    title: "reach blocking functions through getters, setters, comparators and conversions",
    body: `
const o = { get x() { return op("get") }, set x(v) { op(v) }, valueOf() { return op(5) }, toString() { return op("s") }, toJSON() { return op("json") }, [Symbol.toPrimitive]: undefined };
log(o.x, (o.x = 1), o + 1, \`\${o}\`, JSON.stringify({ o }), o > 4, o == 5, { ...o }.x, Object.assign({}, { get y() { return op("y") } }).y);
log([3, 1].sort((a, b) => op(a - b)).length, "aXb".replace(/X/, () => op("r")), "a1b2".replaceAll(/\\d/g, (d) => op(d)), JSON.parse("[1]", (k, v) => op(v)).length);
log(new Map([[1, 2]]).forEach((v, k) => op([k, v])), new Set([3]).forEach((v) => op(v)), Array.from({ length: 2 }, (_, i) => op(i)), [1, 2, 3].findLast((x) => op(x) < 3));
const proxy = new Proxy({}, { get: (t, k) => op(String(k)), has: () => op(true), set: (t, k, v) => { op(v); return true }, deleteProperty: () => op(true), apply: () => op(1) });
log(proxy.a, "b" in proxy, (proxy.c = 1), delete proxy.d, Reflect.get(proxy, "e"));
log(call((x) => op(x), "called back"), [[2, 1]].map(([a, b]) => op(a + b)), [1, [2]].flatMap((x) => op(x)), [1, 2].reduceRight((a, b) => op(a - b)), [..."ab"].some((c) => op(c) === "a"));
class A { static [Symbol.hasInstance](x) { return op(x) } } log(1 instanceof A, Reflect.has(proxy, "f"));`,
    log: [
      'op("get"',
      'op)"get"',
      "op(1",
      "op)1",
      "op(5",
      "op)5",
      'op("s"',
      'op)"s"',
      'op("json"',
      'op)"json"',
      "op(5",
      "op)5",
      "op(5",
      "op)5",
      'op("get"',
      'op)"get"',
      'op("y"',
      'op)"y"',
      '"get" 1 6 "s" "{\\"o\\":\\"json\\"}" true true "get" "y"',
      "op(-2",
      "op)-2",
      'op("r"',
      'op)"r"',
      'op("1"',
      'op)"1"',
      'op("2"',
      'op)"2"',
      "op(1",
      "op)1",
      "op([1]",
      "op)[1]",
      '2 "arb" "a1b2" 1',
      "op([1,2]",
      "op)[1,2]",
      "op(3",
      "op)3",
      "op(0",
      "op)0",
      "op(1",
      "op)1",
      "op(3",
      "op)3",
      "op(2",
      "op)2",
      "undefined undefined [0,1] 2",
      'op("a"',
      'op)"a"',
      "op(true",
      "op)true",
      "op(1",
      "op)1",
      "op(true",
      "op)true",
      'op("e"',
      'op)"e"',
      '"a" true 1 true "e"',
      'op("called back"',
      'op)"called back"',
      "op(3",
      "op)3",
      "op(1",
      "op)1",
      "op([2]",
      "op)[2]",
      "op(1",
      "op)1",
      'op("a"',
      'op)"a"',
      '"called back" [3] [1,2] 1 true',
      "op(1",
      "op)1",
      "op(true",
      "op)true",
      "true true",
    ],
  },
  {
    title: "code without blanks, and several values behind a keyword",
    body: `
function*names(e){yield op(e);yield*[2,3]}
const f=function(e){let s=0;for(const n of names(e))if(n>1)s+=n;for(let n of names(e)){s+=n}return op(s),[s].map(n=>n+1)}
log(f(1));
try{throw[op(4)]}catch(e){log(e)}
try{throw op(5),6}catch(e){log(e)}
log(typeof(()=>op(7)),(()=>{return()=>op(8)})()());`,
    log: [
      "op(1",
      "op)1",
      "op(1",
      "op)1",
      "op(11",
      "op)11",
      "[12]",
      "op(4",
      "op)4",
      "[4]",
      "op(5",
      "op)5",
      "6",
      "op(8",
      "op)8",
      '"function" 8',
    ],
  },
]);
