/** What can be said to the runtime's just-in-time compilers; where there is nothing to be said, nothing is. */
import process from "node:process";

/** While a script is loaded: what a large script needs often is compiled all the same. */
export const LOADING_DELAY = 20;

/** @param times How many times more often than usual this thread's code must have run before it is compiled. */
export function delayCompilation(times: number): void {
  const { Bun: bun } = globalThis as { Bun?: { unsafe: { setJITPolicy(scale: number): void } } };
  bun?.unsafe.setJITPolicy(times);
}

type AnyFunction = (...args: never[]) => unknown;
/** Classes stand for themselves and all their methods. */
type Owner = AnyFunction | { readonly prototype: object };

/**
 * Keeps functions out of the topmost of the runtime's compilers, where there is such a choice.
 *
 * JavaScriptCore's FTL spends milliseconds and megabytes on a function that has been called some ten thousand times.
 * For the upkeep of VUs and the path of a WebSocket message that never pays off: 5,000 VUs that sleep spent a quarter of
 * their CPU time on it, and after 150,000 iterations were no faster; 100,000 messages took 13 % more with it, and a
 * million no less. Scripts, HTTP, metrics and loops over bytes are left to the runtime. Bench rows: vus-sleep,
 * vus-sleep-cpu, ws-pingpong.
 *
 * A function inside another one shares its code with all its likes, so one stands for them all. Private methods of
 * JavaScript (`#name`) cannot be reached.
 */
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
