/**
 * The script's `__ENV`: one object of the thread that shows every VU its own variables.
 *
 * A VU that only reads costs nothing: it sees the variables that it shares with others. One that writes gets a copy of
 * its own, until it is handed to a scenario anew. Values are texts, whatever is written.
 *
 * Behaviour: k6 source, js/env.go; conformance: core/env, executors/exec-env-tags.
 */
import type { VuRuntime } from "./runtime.ts";

type Variables = Record<string, string>;

export function createEnv(runtime: VuRuntime): object {
  const { rt } = runtime;
  const isFrozen = (): boolean => runtime.options.features?.includes("freeze-env") ?? false;
  const target = rt.object();
  const variables = (): Readonly<Variables> => (runtime.vu.extras.envObject as Variables | undefined) ?? runtime.vu.env;
  const own = (): Variables => (runtime.vu.extend().envObject ??= { ...runtime.vu.env }) as Variables;
  const has = (name: PropertyKey): name is string => typeof name === "string" && Object.hasOwn(variables(), name);

  return rt.proxy(target, {
    get: (_target, name: PropertyKey) => (has(name) ? variables()[name] : target[name]),
    has: (_target, name: PropertyKey) => has(name) || name in target,
    set(_target, name: PropertyKey, value: unknown) {
      if (typeof name !== "string" || isFrozen()) return false;
      own()[name] = String(value);
      return true;
    },
    defineProperty(_target, name: PropertyKey, descriptor: PropertyDescriptor) {
      if (typeof name !== "string" || !("value" in descriptor) || isFrozen()) return false;
      own()[name] = String(descriptor.value);
      return true;
    },
    deleteProperty(_target, name: PropertyKey) {
      if (!has(name)) return true;
      if (isFrozen()) return false;
      delete own()[name];
      return true;
    },
    ownKeys: () => rt.array(Object.keys(variables())),
    getOwnPropertyDescriptor(_target, name: PropertyKey) {
      if (!has(name)) return undefined;
      const descriptor = rt.object();
      return Object.assign(descriptor, {
        value: variables()[name],
        writable: true,
        enumerable: true,
        configurable: true,
      });
    },
  });
}
