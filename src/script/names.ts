/**
 * Identifiers that rewritten code and the runtime of `vu/realm.ts` share.
 *
 * A script cannot reach them: every name starts with a prefix that does not occur in its source (`pickPrefix`).
 */

/** What `vu/realm-source/` hands to rewritten modules, and what each does. */
export const helperNames = [
  "k", // runtime state: k.p (how a call must be continued), k.n (loop budget), k.x (an interruption is unwinding)
  "c0", // call(self, f): plain result, or a continuation announced by k.p
  "c1",
  "c2",
  "c3",
  "c4",
  "ca", // call(self, f, argumentList)
  "n", // construct(C, argumentList)
  "tpl", // template tag that returns its arguments
  "f", // (maker, twin, kind) -> function with twin
  "fs", // (stub, twin, kind) -> the stub, with its twin
  "d", // plain call of a function that may block: drives its twin here and now
  "da", // plain call of an async function
  "dg", // plain call of a generator function
  "dag", // plain call of an async generator function
  "dc", // plain use of a generator object (constructor bodies)
  "go", // yielded by a generator whose parameters have been evaluated
  "w", // await: remembers the operand, returns the token to yield
  "v", // the script's own yield: wraps the value
  "vs", // the script's own yield*
  "vas", // yield* in an async generator
  "it", // iteration whose next() may block
  "ait", // for await
  "G", // the realm's own global object, which sloppy functions find in `this`
  "tick", // loop budget used up, inside a twin: true if the VU should give way
  "tickp", // loop budget used up, in plain code
  "hk", // hidden key of a generator method that becomes a method's twin
  "cm", // class: turns the methods with hidden keys into methods with twins
  "cc", // base class: registers the constructor's body
  "cd", // derived class: registers that its constructor may block
  "dd", // plain use of a derived class's constructor
  "raw", // passed to a constructor that is called only to make the object
  "pm", // stub of a private method
  "hs", // stub of an object's method that uses `super`
  "hl", // hidden key of that method's twin
  "fu", // like `f`, for a function whose name is a computed key
  "om", // object: gives such functions their twins and names
  "sup", // `super.x` from inside of an arrow function that became a generator
  "set", // assignment to a free name in strict code
  "has", // global object if it has the name, else throws ReferenceError
  "ref", // throws ReferenceError
  "ro", // throws TypeError: assignment to an import
  "wo", // names of the VU's global object that a `with` statement finds behind its own object
  "x", // exports: installs getters
  "dyn", // import()
  "ev", // eval of the script
  "io", // right side of instanceof: refuses what is no object, by its value
  "th", // throw of a value that carries no stack of its own: remembers where
] as const;

export type HelperName = (typeof helperNames)[number];

/** Kinds of functions with twins; the runtime continues each in its own way. */
export const TwinKind = {
  Sync: 0,
  Async: 1,
  Generator: 2,
  AsyncGenerator: 3,
  Builtin: 4,
  /** A base class: its constructor's body is a method of its own. */
  Class: 5,
  /** A constructor of the host. */
  BuiltinClass: 6,
  /** Generators that evaluate their parameters themselves, before they yield `go`. */
  LateGenerator: 7,
  LateAsyncGenerator: 8,
  /** A derived class: it returns its constructor's body when it is given `raw`. */
  DerivedClass: 9,
} as const;
export type TwinKind = (typeof TwinKind)[keyof typeof TwinKind];

/**
 * The shortest prefix of the form `$6`, `$66`... that does not occur in `source`, also not spelt with escapes.
 *
 * `$` can be written `\u0024` or `\u{24}`, and `6` `\u0036` or `\u{36}`.
 */
export function pickPrefix(source: string): string {
  const plain = source.includes("\\u")
    ? source.replace(/\\u(?:\{0*([0-9a-f]{1,6})\}|([0-9a-f]{4}))/gi, decode)
    : source;
  let prefix = "$6";
  while (plain.includes(prefix)) prefix += "6";
  return prefix;
}

function decode(whole: string, braced: string | undefined, plain: string | undefined): string {
  const code = Number.parseInt(braced ?? plain ?? "", 16);
  return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
}
