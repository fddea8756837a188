/** Rewritten text -> module factory, once a thread. */
import vm from "node:vm";
import type { CompiledModule } from "./index.ts";
import { helperNames } from "./names.ts";

export type Factory = (...args: any[]) => Generator<unknown, unknown, any>;

/** Evaluates a compiled module's text in the realm. */
export function makeFactory(module: CompiledModule, context: vm.Context, rt: Record<string, unknown>): Factory {
  const outer = new vm.Script(module.text, { filename: module.id }).runInContext(context);
  return outer(...helperNames.map((name) => rt[name]));
}
