/**
 * Twins of `call`, `apply`, `Reflect.apply` and `Reflect.construct`, and of the functions that `bind` makes.
 *
 * A closed function: see `realm-source/core.ts`.
 */
import type { Realm } from "../realm-source/core.ts";

export function installFunctionTwins(rt: Realm): void {
  const { stamp, ca, n } = rt;
  // These set `k.p` through the helpers that they end in.
  const F: any = Function.prototype;
  const { apply } = Reflect;
  const nativeBind = F.bind;
  const bind = {
    bind(this: any, self: unknown, ...bound: unknown[]) {
      const f = apply(nativeBind, this, [self, ...bound]);
      // a class stays a class: only functions are followed
      if (rt.kindOf(this) >= 0 && rt.kindOf(this) <= 4)
        stamp(
          f,
          (_self: unknown, args: unknown[]) => ca(self, this, bound.length === 0 ? args : [...bound, ...args]),
          4,
        );
      return f;
    },
  }.bind;
  Object.defineProperty(F, "bind", { value: bind, writable: true, configurable: true, enumerable: false });
  Object.defineProperty(bind, "length", { value: 1, configurable: true });
  stamp(F.call, (self: unknown, args: unknown[]) => ca(args[0], self, args.slice(1)), 4);
  stamp(
    F.apply,
    (self: unknown, args: any[]) =>
      ca(args[0], self, args[1] === undefined || args[1] === null ? [] : Array.from(args[1])),
    4,
  );
  stamp(Reflect.apply, (_self: unknown, args: any[]) => ca(args[1], args[0], Array.from(args[2])), 4);
  stamp(
    Reflect.construct,
    (_self: unknown, args: any[]) =>
      args.length > 2 && args[2] !== args[0]
        ? Reflect.construct(args[0], Array.from(args[1]), args[2])
        : n(args[0], Array.from(args[1])),
    4,
  );
}
