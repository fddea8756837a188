/**
 * The globals of k6 on a thread: what every VU's global object inherits besides the language's own.
 *
 * Functions are shared by the thread's VUs. Objects that scripts like to change (`console`, `crypto`) are made for each
 * VU when it first asks, so that one VU's change is not another's; `__ENV` is one object that tells VUs apart (`env.ts`).
 *
 * @see conformance: `api-surface.json`
 */
import { consoleFunctions } from "./console.ts";
import { createEnv } from "./env.ts";
import type { VuRuntime } from "./runtime.ts";
import { textDecoderClass, textEncoderClass } from "./text-codec.ts";
import { timersOf } from "./timers.ts";
import { cryptoFunctions } from "./web-crypto.ts";

/** Fills the runtime's `globalBase`; called once a thread, before its first VU. */
export function installVuGlobals(runtime: VuRuntime): void {
  const { rt } = runtime;
  const base = runtime.realm.globalBase;
  rt.currentGlobal = () => runtime.vu.global;

  const shared = (name: string, value: unknown): void => {
    Object.defineProperty(base, name, { value, writable: true, configurable: true, enumerable: false });
  };
  const timer = (name: "setTimeout" | "setInterval") =>
    shared(
      name,
      rt.fn(name, 2, (args) => timersOf(runtime.vu).set(name, args)),
    );
  const clear = (name: "clearTimeout" | "clearInterval") =>
    shared(
      name,
      rt.fn(name, 1, (args) => timersOf(runtime.vu).clear(args[0])),
    );
  timer("setTimeout");
  timer("setInterval");
  clear("clearTimeout");
  clear("clearInterval");
  shared("TextEncoder", textEncoderClass(runtime));
  shared("TextDecoder", textDecoderClass(runtime));
  shared("__ENV", createEnv(runtime));
  // where k6 keeps its own state; scripts find an object there and nothing in it
  shared("vubox", Object.freeze(rt.object()));

  lazily(runtime, "console", () => {
    const functions = consoleFunctions(runtime);
    return () => Object.assign(rt.object(), functions);
  });
  lazily(runtime, "crypto", () => {
    const functions = cryptoFunctions(runtime);
    const fixed = (members: Record<string, unknown>): object => {
      const object = rt.object();
      for (const [name, value] of Object.entries(members))
        Object.defineProperty(object, name, { value, enumerable: true });
      return object;
    };
    return () => fixed({ ...functions.crypto, subtle: fixed(functions.subtle) });
  });
}

/**
 * A global that every VU has its own of, made when first read.
 *
 * @param prepare Called once a thread, returns what makes the value of one VU.
 */
function lazily(runtime: VuRuntime, name: string, prepare: () => () => unknown): void {
  const { rt } = runtime;
  let make: (() => unknown) | undefined;
  const own = (value: unknown): unknown => {
    const { global } = runtime.vu;
    Object.defineProperty(global, name, { value, writable: true, configurable: true, enumerable: false });
    return value;
  };
  rt.accessor(
    runtime.realm.globalBase,
    name,
    () => {
      make ??= prepare();
      return own(make());
    },
    ([value]) => void own(value),
  );
}
