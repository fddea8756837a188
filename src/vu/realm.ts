/**
 * The sandbox realm of a thread: a `node:vm` context with k6's globals and nothing else.
 *
 * Everything that scripts can hold belongs to this realm: functions are made by `Realm.fn` and its kin, whose errors are
 * translated, so no `constructor` chain leads to the host's `Function`, and with it to `import()`, `process` or `Bun`.
 * `eval` and `Function` compile through `compileSnippet`, because code evaluated natively could use `import()`.
 */
import vm from "node:vm";
import { intrinsicNames } from "../script/rewrite/globals.ts";
import { closedSource } from "./realm-source/closed.ts";
import type { Realm, RealmHost } from "./realm-source/core.ts";
import { realmSource } from "./realm-source/index.ts";

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

/** Makes the realm; takes some milliseconds. */
export function createRealm(init: RealmInit): CreatedRealm {
  const context = vm.createContext({}, { codeGeneration: { strings: true, wasm: false } });
  const evaluate = (text: string, filename: string, cachedData?: Uint8Array): any[] =>
    vm.compileFunction(text, [], { filename, parsingContext: context, ...(cachedData && { cachedData }) })();
  const rt: Realm = vm.runInContext("({})", context);
  const { text, bytecode } = realmSource();
  const [core, construct, promise, generators, dates, builtins, globals, ...twins] = evaluate(
    text,
    "sixfold:realm",
    bytecode,
  );
  core(rt, init.host);
  construct(rt);
  promise(rt);
  generators(rt);
  dates(rt);
  builtins(rt);
  for (const twin of twins) twin(rt);
  const globalBase = globals(rt, init, [...intrinsicNames]);
  return {
    rt,
    context,
    globalBase,
    install: (closed, ...args) => evaluate(closedSource([closed]), `sixfold:${closed.name}`)[0](...args),
  };
}
