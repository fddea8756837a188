/**
 * Promises of scripts for work that the host does: settled in a turn of their VU, which stays alive until then.
 */
import type { Realm } from "./realm.ts";
import type { VuRuntime } from "./runtime.ts";

/** What a promise of the script is rejected with, made in its VU's turn; lets host code choose more than an error's text. */
export class Rejection extends Error {
  readonly make: (rt: Realm) => unknown;
  constructor(message: string, make: (rt: Realm) => unknown) {
    super(message);
    this.name = "Rejection";
    this.make = make;
  }
}

/**
 * A promise of the current VU's script for `work`.
 *
 * @param toScript Makes the value in the realm, in a turn of the VU.
 */
export function promised<T>(runtime: VuRuntime, work: Promise<T>, toScript: (value: T) => unknown): unknown {
  const { rt, vu } = runtime;
  const promise = rt.newPromise();
  const enqueue = vu.loop.register();
  const reject = (error: unknown): void =>
    rt.rejectPromise(promise, error instanceof Rejection ? error.make(rt) : rt.translate(error));
  work.then(
    (value) =>
      enqueue(() => {
        let made: unknown;
        try {
          made = toScript(value);
        } catch (error) {
          return reject(error);
        }
        rt.resolvePromise(promise, made);
      }),
    (error) => enqueue(() => reject(error)),
  );
  return promise;
}

/** A promise that is rejected already, for arguments that are wrong. */
export function rejected(runtime: VuRuntime, error: unknown): unknown {
  const { rt } = runtime;
  const promise = rt.newPromise();
  rt.rejectPromise(promise, error instanceof Rejection ? error.make(rt) : rt.translate(error));
  return promise;
}

/** A rejection with an error that has a name of its own, like those of the Web's interfaces. */
export const namedRejection = (name: string, message: string): Rejection =>
  new Rejection(message, (rt) => {
    const error = rt.translate(new Error(message));
    rt.method(error, "name", name);
    return error;
  });

/** A rejection with an error as k6 passes on those of Go: its text is all it has, not even a `message`. */
export const bareRejection = (text: string): Rejection =>
  new Rejection(text, (rt) => {
    const error = rt.translate(new Error(text));
    rt.method(error, "name", undefined);
    rt.method(error, "message", undefined);
    rt.method(
      error,
      "toString",
      rt.fn("toString", 0, () => text),
    );
    return error;
  });
