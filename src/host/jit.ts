/**
 * Keeps functions out of the topmost of the runtime's compilers, where there is such a choice.
 *
 * JavaScriptCore's FTL spends milliseconds and megabytes on a function that has been called some ten thousand times.
 * For the upkeep of VUs that never pays off: 5,000 VUs that sleep spent a quarter of their CPU time on it, and after
 * 150,000 iterations were no faster. Scripts, and what handles each message, are left to the runtime. Bench rows:
 * vus-sleep, vus-sleep-cpu.
 */
import process from "node:process";

type AnyFunction = (...args: never[]) => unknown;
/** Classes stand for themselves and all their methods. */
type Owner = AnyFunction | { readonly prototype: object };

export function spareTopTier(...owners: readonly Owner[]): void {
  if (!("Bun" in globalThis)) return;
  const { noFTL } = process.getBuiltinModule("bun:jsc" as never) as { noFTL(f: unknown): void };
  for (const owner of owners) {
    noFTL(owner);
    for (const member of Object.values(Object.getOwnPropertyDescriptors(owner.prototype ?? {}))) {
      for (const f of [member.value, member.get, member.set]) if (typeof f === "function") noFTL(f);
    }
  }
}
