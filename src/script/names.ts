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
  "d", // plain call of a function that may block: drives its twin here and now
  "da", // plain call of an async function
  "dg", // plain use of a generator function
  "dag", // plain call of an async generator function
  "dc", // plain use of a generator object (constructor bodies)
  "w", // await: remembers the operand, returns the token to yield
  "v", // the script's own yield: wraps the value
  "vs", // the script's own yield*
  "vas", // yield* in an async generator
  "it", // iteration whose next() may block
  "ait", // for await
  "tick", // loop budget used up, inside a twin: true if the VU should give way
  "tickp", // loop budget used up, in plain code
  "cm", // class: turns hidden generator methods into methods with twins
  "cc", // class: registers the constructor's body
  "raw", // constructor called only to make the object
  "has", // global object if it has the name, else throws ReferenceError
  "ref", // throws ReferenceError
  "x", // exports: installs getters
  "dyn", // import()
  "ev", // eval of the script
  "th", // throw of a value that carries no stack of its own: remembers where
] as const;

export type HelperName = (typeof helperNames)[number];

/** Kinds of functions with twins; the runtime continues each in its own way. */
export const TwinKind = { Sync: 0, Async: 1, Generator: 2, AsyncGenerator: 3, Builtin: 4 } as const;
export type TwinKind = (typeof TwinKind)[keyof typeof TwinKind];

/** The shortest prefix of the form `$6`, `$66`... that does not occur in `source`. */
export function pickPrefix(source: string): string {
  let prefix = "$6";
  while (source.includes(prefix)) prefix += "6";
  return prefix;
}
