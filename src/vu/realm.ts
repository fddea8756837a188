/**
 * The sandbox realm of a thread: a `node:vm` context with k6's globals and nothing else.
 *
 * Everything that scripts can hold belongs to this realm: functions are made by `Realm.fn` and its kin, whose errors are
 * translated, so no `constructor` chain leads to the host's `Function`, and with it to `import()`, `process` or `Bun`.
 * `eval` and `Function` compile through `compileSnippet`, because code evaluated natively could use `import()`.
 */
import vm from "node:vm";
import { intrinsicNames } from "../script/rewrite/globals.ts";
import { installConstruct } from "./realm-source/construct.ts";
import { installCore, type Realm, type RealmHost } from "./realm-source/core.ts";
import { installDates } from "./realm-source/dates.ts";
import { installGenerators } from "./realm-source/generators.ts";
import { installGlobals } from "./realm-source/globals.ts";
import { installPromise } from "./realm-source/promise.ts";
import { twinInstallers } from "./twins/index.ts";

export type { Realm, RealmHost };

export interface RealmInit {
  host: RealmHost;
  /** Rewrites the source of `eval` and `Function`; throws an error with `name` SyntaxError. */
  compileSnippet(source: string, isFunction?: boolean): string;
  /** The random number of the current VU, or undefined for the realm's own. */
  random(): number | undefined;
}

export interface CreatedRealm {
  rt: Realm;
  context: vm.Context;
  /** What every VU's global object inherits. */
  globalBase: Record<string, unknown>;
  /** Evaluates a closed function in the realm and calls it; see `realm-source/core.ts` for what it may refer to. */
  install(closed: (...args: any[]) => unknown, ...args: unknown[]): any;
}

/** Names of the language that never change in the realm. */
const fixedNames = intrinsicNames.filter(
  (name) => !["Promise", "Function", "GoError", "undefined", "NaN", "Infinity"].includes(name),
);

/** An array of closed functions. They get the names as constants: a look at the context's global object takes 30 ns. */
const sourceOf = (closed: readonly ((...args: any[]) => unknown)[]): string =>
  `"use strict";(()=>{const {${fixedNames.join()}}=globalThis;return [${closed.join()}]})()`;

/** Makes the realm; takes some milliseconds, of which half go into its source. */
export function createRealm(init: RealmInit): CreatedRealm {
  const context = vm.createContext({}, { codeGeneration: { strings: true, wasm: false } });
  const evaluate = (source: string, filename: string): any => new vm.Script(source, { filename }).runInContext(context);
  const rt: Realm = evaluate("({})", "sixfold:realm");
  const [core, construct, promise, generators, dates, globals, ...twins] = evaluate(
    sourceOf([
      installCore,
      installConstruct,
      installPromise,
      installGenerators,
      installDates,
      installGlobals,
      ...twinInstallers,
    ]),
    "sixfold:realm",
  );
  core(rt, init.host);
  construct(rt);
  promise(rt);
  generators(rt);
  dates(rt);
  for (const twin of twins) twin(rt);
  const globalBase = globals(rt, init, [...intrinsicNames]);
  return {
    rt,
    context,
    globalBase,
    install: (closed, ...args) => evaluate(sourceOf([closed]), `sixfold:${closed.name}`)[0](...args),
  };
}
