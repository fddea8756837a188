/**
 * Twins of `call`, `apply`, `bind`'s results are plain: what they bind is not followed. `Reflect.apply` and
 * `Reflect.construct` likewise.
 *
 * A closed function: see `realm-source/core.ts`.
 */
import type { Realm } from "../realm-source/core.ts";

export function installFunctionTwins(rt: Realm): void {
  const { stamp, ca, n } = rt;
  // These set `k.p` through the helpers that they end in.
  const F: any = Function.prototype;
  stamp(F.call, (self: unknown, args: unknown[]) => ca(args[0], self, args.slice(1)), 4);
  stamp(F.apply, (self: unknown, args: any[]) => ca(args[0], self, args[1] === undefined || args[1] === null ? [] : Array.from(args[1])), 4);
  stamp(Reflect.apply, (_self: unknown, args: any[]) => ca(args[1], args[0], Array.from(args[2])), 4);
  stamp(
    Reflect.construct,
    (_self: unknown, args: any[]) =>
      args.length > 2 && args[2] !== args[0] ? Reflect.construct(args[0], Array.from(args[1]), args[2]) : n(args[0], Array.from(args[1])),
    4,
  );
}
