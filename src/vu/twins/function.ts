/**
 * Twins of `call`, `apply`, `Reflect.apply` and `Reflect.construct`; a `bind` whose results have the twin of what they
 * bind; and a `toString` that keeps our own functions to itself.
 *
 * A closed function: see `realm-source/core.ts`.
 */
import type { Realm } from "../realm-source/core.ts";

export function installFunctionTwins(rt: Realm): void {
  const { stamp, ca, n, hasTwin, isNative } = rt;
  const { apply, construct } = Reflect;
  // These set `k.p` through the helpers that they end in.
  const F: any = Function.prototype;
  const listOf = (args: any): unknown[] => {
    if ((typeof args !== "object" && typeof args !== "function") || args === null) {
      throw new TypeError("CreateListFromArrayLike called on non-object");
    }
    const list: unknown[] = [];
    const length = Math.min(Math.trunc(Number(args.length)) || 0, 2 ** 32);
    for (let i = 0; i < length; i++) list[i] = args[i];
    return list;
  };
  stamp(F.call, (self: unknown, args: unknown[]) => ca(args[0], self, args.slice(1)), 4);
  stamp(
    F.apply,
    (self: unknown, args: any[]) => ca(args[0], self, args[1] === undefined || args[1] === null ? [] : listOf(args[1])),
    4,
  );
  stamp(Reflect.apply, (_self: unknown, args: any[]) => ca(args[1], args[0], listOf(args[2])), 4);
  stamp(
    Reflect.construct,
    (_self: unknown, args: any[]) => {
      const newTarget = args.length > 2 ? args[2] : args[0];
      return typeof newTarget === "function"
        ? n(args[0], listOf(args[1]), newTarget)
        : construct(args[0], listOf(args[1]), newTarget);
    },
    4,
  );

  const replace = (name: string, length: number, f: any): void => {
    Object.defineProperty(f, "length", { value: length, configurable: true });
    rt.markNative(f);
    rt.method(F, name, f);
  };
  const { bind, toString } = F;
  replace(
    "bind",
    1,
    {
      bind(this: any, self: unknown, ...args: unknown[]) {
        const bound = apply(bind, this, [self, ...args]);
        return hasTwin(this)
          ? stamp(bound, (_self: unknown, rest: unknown[]) => ca(self, this, [...args, ...rest]), 4)
          : bound;
      },
    }.bind,
  );
  replace(
    "toString",
    0,
    {
      toString(this: any) {
        return isNative(this) || hasTwin(this)
          ? `function ${this.name}() { [native code] }`
          : apply(toString, this, []);
      },
    }.toString,
  );
}
