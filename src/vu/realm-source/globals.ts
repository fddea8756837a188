/**
 * Prunes the realm to the globals of k6 and makes the object that VUs' global objects inherit.
 *
 * A closed function: see `core.ts`.
 *
 * @see conformance: `api-surface.json`
 */
import type { Realm } from "./core.ts";

export function installGlobals(
  rt: Realm,
  init: { compileSnippet(source: string, isFunction?: boolean): string; random(): number | undefined },
  intrinsicNames: string[],
): object {
  const realm: any = globalThis;
  const { defineProperty, ownKeys } = Reflect;
  const keep = new Set<PropertyKey>([...intrinsicNames, "globalThis", "eval", Symbol.toStringTag]);
  const nativeEval = realm.eval;
  const NativeFunction = Function;
  const join = Array.prototype.join;

  const compile = (source: string, isFunction: boolean): string => {
    try {
      return init.compileSnippet(source, isFunction);
    } catch (error) {
      throw new SyntaxError(String((error as { message?: unknown }).message));
    }
  };
  const run = (source: string, isFunction: boolean): any => nativeEval(compile(source, isFunction))(rt);
  /** Indirect eval: runs in the global scope. */
  rt.ev = (source: unknown): unknown => (typeof source === "string" ? run(source, false) : source);

  const functionKinds: [any, string][] = [
    [NativeFunction, "function"],
    [Object.getPrototypeOf(function* () {}).constructor, "function*"],
    [Object.getPrototypeOf(async () => {}).constructor, "async function"],
    [Object.getPrototypeOf(async function* () {}).constructor, "async function*"],
  ];
  for (const [Native, keyword] of functionKinds) {
    const Safe: any = function (...parts: unknown[]) {
      const texts = parts.map(String);
      const body = texts.pop() ?? "";
      const made = run(`(${keyword} anonymous(${join.call(texts, ",")}\n) {\n${body}\n})`, true);
      // a class that extends it
      return new.target === undefined || new.target === Safe
        ? made
        : Object.setPrototypeOf(made, new.target.prototype as object);
    };
    defineProperty(Safe, "name", { value: Native.name, configurable: true });
    defineProperty(Safe, "length", { value: 1, configurable: true });
    defineProperty(Safe, "prototype", { value: Native.prototype, writable: false });
    const isFirst = Native === NativeFunction;
    if (isFirst) realm.Function = Safe;
    else Object.setPrototypeOf(Safe, realm.Function);
    defineProperty(Native.prototype, "constructor", { value: Safe, writable: isFirst, configurable: true });
  }

  realm.Promise = rt.Promise;
  realm.GoError = rt.GoError;
  const nativeRandom = Math.random;
  Math.random = rt.fn("random", 0, () => init.random() ?? nativeRandom());

  for (const name of ownKeys(realm)) {
    if (!keep.has(name)) delete realm[name];
  }
  realm.eval = rt.fn("eval", 1, (args: unknown[]) => rt.ev(args[0]));

  const base: any = {};
  for (const name of ownKeys(realm)) {
    if (name === "globalThis") continue;
    defineProperty(base, name, { value: realm[name], writable: true, configurable: true, enumerable: false });
  }
  return base;
}
