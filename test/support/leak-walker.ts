/**
 * Script code that looks for values of another realm: whoever holds one holds that realm's `Function`, and with it
 * everything.
 *
 * The prototype chain of every object of a realm ends in its `Object.prototype` or has no prototype at all, so a chain that
 * ends elsewhere is a leak. `visit(value, path)` follows properties, getters, prototypes, and what functions return and
 * throw when they are called by `probe`; `leaks` holds the paths found.
 */
export const LEAK_WALKER = `
const leaks = [];
const seen = new Set();
const queue = [];
const promises = [];
const isObject = (v) => (typeof v === "object" && v !== null) || typeof v === "function";
const { ownKeys, getPrototypeOf, getOwnPropertyDescriptor, apply, construct } = Reflect;
const objectPrototype = Object.prototype;
let visited = 0;
/** Whether \`probe\` also calls with less and less room on the stack; promises that are rejected there can be lost. */
let dives = true;

function visit(value, path) {
  if (!isObject(value) || seen.has(value)) return;
  seen.add(value);
  queue.push([value, path]);
}
function attempt(path, f) {
  try {
    const value = f();
    visit(value, path + "()");
    if (value instanceof Promise) promises.push([value, path]);
    if (typeof value === "number" && path.endsWith("setInterval")) clearInterval(value);
  } catch (error) {
    visit(error, path + "!");
  }
}
function look(value, path) {
  visited++;
  let end = value;
  for (let p = value; p !== null; p = getPrototypeOf(p)) end = p;
  if (end !== objectPrototype && end !== value) leaks.push(path);
  visit(getPrototypeOf(value), path + ".__proto__");
  for (const key of ownKeys(value)) {
    const at = path + "." + String(key);
    const { get, set, value: held } = getOwnPropertyDescriptor(value, key);
    visit(held, at);
    visit(get, at + "<get>");
    visit(set, at + "<set>");
    if (get) attempt(at, () => value[key]);
  }
}
function drain() {
  for (const [promise, path] of promises.splice(0)) promise.then((v) => visit(v, path + " resolved"), (e) => visit(e, path + " rejected"));
  while (queue.length > 0) {
    const [value, path] = queue.pop();
    try { look(value, path); } catch (error) { visit(error, path + "?"); }
  }
}

/** Answers every question with itself, and looks at whatever it is given. */
function spy(path, depth = 0) {
  const target = function () { return "1"; };
  const note = (name, args) => { for (const a of args) if (a !== proxy && a !== target && a !== handler) visit(a, path + "/" + name); };
  const handler = {
    get(t, key, receiver) {
      note("get", [receiver]);
      if (key === Symbol.toPrimitive) return (hint) => (hint === "number" ? 1 : "x");
      if (key === Symbol.iterator) return function* () { note("iterator", [this]); yield proxy; };
      if (key === "toString") return () => "x";
      if (key === "length" || key === "size" || key === "byteLength") return 1;
      if (key === "done") return true;
      if (key === "prototype") return target.prototype;
      if (depth > 3) return undefined;
      return spy(path + "." + String(key), depth + 1);
    },
    set(t, key, v) { note("set", [v]); return true; },
    has(t, key) { return true; },
    apply(t, self, args) { note("apply", [self, args, ...args]); return depth > 3 ? undefined : spy(path + "()", depth + 1); },
    construct(t, args) { note("construct", [args, ...args]); return { made: 1 }; },
    getPrototypeOf() { note("getPrototypeOf", []); return Function.prototype; },
    ownKeys(t) { return ownKeys(t).concat("a"); },
    getOwnPropertyDescriptor(t, key) { return getOwnPropertyDescriptor(t, key) ?? { value: 1, configurable: true, enumerable: true, writable: true }; },
    defineProperty(t, key, d) { note("defineProperty", [d]); return true; },
  };
  const proxy = new Proxy(target, handler);
  return proxy;
}
const thrower = (path) => ({
  get a() { visit(this, path + "/this"); throw new Error("mine"); },
  toString() { visit(this, path + "/toString"); throw new Error("mine"); },
  valueOf() { throw new Error("mine"); },
  toJSON() { visit(arguments, path + "/toJSON"); throw { not: "an error" }; },
  then(...args) { visit(args, path + "/then"); for (const f of args) visit(f, path + "/then"); },
  [Symbol.iterator]() { visit(arguments, path + "/iterator"); throw new Error("mine"); },
});
/** Calls a function in every odd way there is. */
function probe(f, self, path) {
  if (typeof f !== "function") return;
  const callback = function (...args) {
    for (const a of args) visit(a, path + "/callback");
    visit(this, path + "/callback this");
    visit(arguments, path + "/callback arguments");
    return args[0];
  };
  const lists = [[], [undefined, undefined], [{}, {}], [spy(path), spy(path)], [thrower(path), thrower(path)], ["x", callback],
    ["x", { a: callback }], [callback, callback], ["x", "y", spy(path)], [null, null], [Symbol("s"), 1n], [[spy(path)], 1], [new Uint8Array(4), "md5"],
    ["http://127.0.0.1:1/", callback, spy(path)], [1, thrower(path)], [{ get a() { throw spy(path) } }]];
  for (const list of lists) {
    attempt(path, () => apply(f, self, list));
    attempt("new " + path, () => construct(f, list));
  }
  if (!dives) return;
  // with less and less room on the stack
  let left = 60;
  const dive = () => {
    try { dive(); } catch (error) { visit(error, path + " at the end of the stack"); }
    if (left-- > 0) attempt(path + " near the end of the stack", () => apply(f, self, ["x", callback]));
  };
  dive();
}
`;
