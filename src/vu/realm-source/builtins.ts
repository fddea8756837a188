/**
 * Built-ins that scripts see otherwise than the engine has them.
 *
 * A closed function: see `core.ts`.
 */
import type { Realm } from "./core.ts";

export function installBuiltins(rt: Realm): void {
  // A proxy of an object of the host is that object: members of Go's objects do not ask what `this` is.
  const proxy = Proxy;
  const { construct } = Reflect;
  globalThis.Proxy = new proxy(proxy, {
    construct(target, args, newTarget) {
      const made = construct(target, args, newTarget) as object;
      const state = rt.stateOf(args[0]);
      return state === undefined ? made : rt.tie(made, state);
    },
  });

  // It would await in the engine's own way; k6 has none, so scripts bring theirs.
  delete (Array as { fromAsync?: unknown }).fromAsync;

  // What the engine tells of an error besides its stack, which scripts would copy: they list these names to get at it.
  const ofEngine = ["line", "column", "sourceURL"];
  const { getOwnPropertyNames } = Object;
  const isEnumerable = Object.prototype.propertyIsEnumerable;
  rt.method(
    Object,
    "getOwnPropertyNames",
    rt.fn("getOwnPropertyNames", 1, ([object]) => {
      const names = getOwnPropertyNames(object);
      if (!(object instanceof Error)) return names;
      return names.filter((name) => !ofEngine.includes(name) || isEnumerable.call(object, name));
    }),
  );
}
