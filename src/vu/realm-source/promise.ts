/**
 * Promises and async functions of scripts, with reactions that run in turns of their VU.
 *
 * The engine's own promises run their reactions on the thread's microtask queue, whichever VU that would belong to and
 * also while the VU is blocked; k6 does neither. So the realm's `Promise` is this one: ECMA-262 section 27.2, with the
 * job queue of the current VU (`k.jobs`) behind it, and reactions that may themselves block.
 *
 * A closed function: see `core.ts`.
 */
import type { Realm } from "./core.ts";

export function installPromise(rt: Realm): void {
  const { k, AWAIT } = rt;
  const { apply, construct } = Reflect;
  const isObject = (v: unknown): v is object => (typeof v === "object" && v !== null) || typeof v === "function";
  const PENDING = 0;
  const FULFILLED = 1;
  const REJECTED = 2;

  type Reaction =
    | { type: "then"; onFulfilled: unknown; onRejected: unknown; capability: Capability | undefined }
    | { type: "await"; resume: (rejected: boolean, value: unknown) => Generator<unknown, void, any> };
  type Capability = { promise: unknown; resolve: (value: unknown) => void; reject: (reason: unknown) => void };

  // the current VU's rejections are the host's to keep
  const unhandled = rt.guarded((p: object) => k.rejections.add(p));
  const handled = rt.guarded((p: object) => k.rejections.delete(p));
  let settle: (p: any, state: number, value: unknown) => void;
  let subscribe: (p: any, reaction: Reaction) => void;
  let isOurs: (p: unknown) => boolean;
  let make: () => any;

  class P {
    #state = PENDING;
    #value: unknown;
    #reactions: Reaction[] | undefined;
    #handled = false;

    constructor(executor?: any) {
      if (executor === make) return;
      if (typeof executor !== "function") throw new TypeError("Promise resolver is not a function");
      const { resolve, reject } = resolvers(this);
      try {
        executor(resolve, reject);
      } catch (error) {
        if (k.x) throw error;
        reject(error);
      }
    }

    then(onFulfilled?: unknown, onRejected?: unknown): unknown {
      if (!isOurs(this)) throw new TypeError("Promise.prototype.then called on incompatible receiver");
      const C = speciesOf(this);
      const capability = C === P ? ownCapability() : newCapability(C);
      subscribe(this, { type: "then", onFulfilled, onRejected, capability });
      return capability.promise;
    }

    catch(onRejected?: unknown): unknown {
      return (this as any).then(undefined, onRejected);
    }

    finally(onFinally?: any): unknown {
      if (typeof onFinally !== "function") return (this as any).then(onFinally, onFinally);
      const C: any = speciesOf(this);
      // twins, so that `onFinally` may block
      const pass = rt.stamp(
        (value: unknown) => resolveWith(C, onFinally()).then(() => value),
        function* (value: unknown): Generator<unknown, unknown, any> {
          const result = yield* rt.call(onFinally, undefined, []);
          return resolveWith(C, result).then(() => value);
        },
        0,
      );
      const rethrow = (reason: unknown) => {
        throw reason;
      };
      const fail = rt.stamp(
        (reason: unknown) => resolveWith(C, onFinally()).then(() => rethrow(reason)),
        function* (reason: unknown): Generator<unknown, unknown, any> {
          const result = yield* rt.call(onFinally, undefined, []);
          return resolveWith(C, result).then(() => rethrow(reason));
        },
        0,
      );
      return (this as any).then(pass, fail);
    }

    static resolve(value?: unknown): unknown {
      if (!isObject(this)) throw new TypeError("Promise.resolve called on a value that is no object");
      return resolveWith(this, value);
    }
    static reject(reason?: unknown): unknown {
      const { promise, reject } = newCapability(this);
      reject(reason);
      return promise;
    }
    static withResolvers(): unknown {
      return { ...newCapability(this) };
    }
    static try(f: any, ...args: unknown[]): unknown {
      const { promise, resolve, reject } = newCapability(this);
      try {
        resolve(f(...args));
      } catch (error) {
        if (k.x) throw error;
        reject(error);
      }
      return promise;
    }
    static all(items: Iterable<unknown>): unknown {
      return combine(this, items, ({ resolve, reject }) => {
        const each = listed(resolve);
        return { ended: each.ended, handlers: () => [each.next(), reject] };
      });
    }
    static allSettled(items: Iterable<unknown>): unknown {
      return combine(this, items, ({ resolve }) => {
        const each = listed(resolve);
        return {
          ended: each.ended,
          handlers() {
            const settled = each.next();
            return [
              (value) => settled({ status: "fulfilled", value }),
              (reason) => settled({ status: "rejected", reason }),
            ];
          },
        };
      });
    }
    static any(items: Iterable<unknown>): unknown {
      return combine(this, items, ({ resolve, reject }) => {
        const each = listed((errors) => reject(new AggregateError(errors, "All promises were rejected")));
        return { ended: each.ended, handlers: () => [resolve, each.next()] };
      });
    }
    static race(items: Iterable<unknown>): unknown {
      return combine(this, items, ({ resolve, reject }) => ({
        ended: () => undefined,
        handlers: () => [resolve, reject],
      }));
    }
    static get [Symbol.species]() {
      return this;
    }

    static {
      make = () => new P(make);
      isOurs = (p): boolean => isObject(p) && #state in p;
      settle = (p: P, state, value) => {
        if (p.#state !== PENDING) return;
        p.#state = state;
        p.#value = value;
        const reactions = p.#reactions;
        p.#reactions = undefined;
        if (state === REJECTED && !p.#handled) unhandled(p);
        if (reactions !== undefined) for (const reaction of reactions) k.jobs.push(reaction, state === REJECTED, value);
      };
      subscribe = (p: P, reaction) => {
        if (p.#state === PENDING) {
          if (p.#reactions === undefined) p.#reactions = [reaction];
          else p.#reactions.push(reaction);
        } else k.jobs.push(reaction, p.#state === REJECTED, p.#value);
        if (!p.#handled) {
          p.#handled = true;
          handled(p);
        }
      };
      rt.promiseState = (p: any) =>
        isObject(p) && #state in p ? { state: (p as P).#state, value: (p as P).#value } : undefined;
    }
  }

  const resolvers = (promise: any): { resolve: (value: unknown) => void; reject: (reason: unknown) => void } => {
    let done = false;
    return {
      resolve: (value?: unknown) => {
        if (done) return;
        done = true;
        resolvePromise(promise, value);
      },
      reject: (reason?: unknown) => {
        if (done) return;
        done = true;
        settle(promise, REJECTED, reason);
      },
    };
  };

  const resolvePromise = (promise: any, value: unknown): void => {
    if (!isObject(value)) return settle(promise, FULFILLED, value);
    if (value === promise)
      return settle(promise, REJECTED, new TypeError("Chaining cycle detected for promise #<Promise>"));
    let then: any;
    try {
      then = (value as any).then;
    } catch (error) {
      if (k.x) throw error;
      return settle(promise, REJECTED, error);
    }
    if (typeof then !== "function") return settle(promise, FULFILLED, value);
    k.jobs.push(
      {
        type: "await",
        *resume() {
          const { resolve, reject } = resolvers(promise);
          try {
            yield* rt.call(then, value, [resolve, reject]);
          } catch (error) {
            if (k.x) throw error;
            reject(error);
          }
        },
      } satisfies Reaction,
      false,
      undefined,
    );
  };

  const speciesOf = (promise: any): any => {
    const C = promise.constructor;
    if (C === P || C === undefined) return P;
    if (!isObject(C)) throw new TypeError("promise.constructor is not an object");
    const S = (C as any)[Symbol.species];
    return S === undefined || S === null ? P : S;
  };
  const ownCapability = (): Capability => {
    const promise = make();
    return { promise, ...resolvers(promise) };
  };
  const newCapability = (C: any): Capability => {
    if (C === P) return ownCapability();
    let resolve: any;
    let reject: any;
    const promise = new C((a: unknown, b: unknown) => {
      if (resolve !== undefined || reject !== undefined)
        throw new TypeError("Promise executor has already been invoked");
      resolve = a;
      reject = b;
    });
    if (typeof resolve !== "function" || typeof reject !== "function")
      throw new TypeError("Promise resolve or reject function is not callable");
    return { promise, resolve, reject };
  };
  const resolveWith = (C: any, value: unknown): any => {
    if (isOurs(value) && (value as any).constructor === C) return value;
    const { promise, resolve } = newCapability(C);
    resolve(value);
    return promise;
  };

  /** Values that come in any order; the list is told of when it has ended and all are there. */
  const listed = (complete: (values: unknown[]) => void) => {
    const values: unknown[] = [];
    let left = 1;
    const ended = () => {
      if (--left === 0) complete(values);
    };
    /** A function that takes the value of the next place, once. */
    const next = () => {
      const index = values.push(undefined) - 1;
      left++;
      let isThere = false;
      return (value: unknown) => {
        if (isThere) return;
        isThere = true;
        values[index] = value;
        ended();
      };
    };
    return { next, ended };
  };

  type Handler = (value: unknown) => void;
  const combine = (
    C: any,
    items: Iterable<unknown>,
    begin: (capability: Capability) => { handlers(): [Handler, Handler]; ended(): void },
  ): unknown => {
    const capability = newCapability(C);
    try {
      const { resolve } = C;
      if (typeof resolve !== "function") throw new TypeError("Promise resolve is not a function");
      const { handlers, ended } = begin(capability);
      for (const item of items) {
        const promise: any = apply(resolve, C, [item]);
        const [onFulfilled, onRejected] = handlers();
        promise.then(onFulfilled, onRejected);
      }
      ended();
    } catch (error) {
      if (k.x) throw error;
      const { reject } = capability;
      reject(error);
    }
    return capability.promise;
  };

  Object.defineProperty(P, "name", { value: "Promise", configurable: true });
  Object.defineProperty(P.prototype, Symbol.toStringTag, { value: "Promise", configurable: true });
  // `new Promise(executor)` in a twin: the executor may block
  rt.stamp(
    P,
    (_self: unknown, args: unknown[]) => {
      k.p = 1;
      return (function* (): Generator<unknown, unknown, any> {
        const executor = args[0];
        if (typeof executor !== "function") throw new TypeError("Promise resolver is not a function");
        const promise = make();
        const { resolve, reject } = resolvers(promise);
        try {
          yield* rt.call(executor, undefined, [resolve, reject]);
        } catch (error) {
          if (k.x) throw error;
          reject(error);
        }
        return promise;
      })();
    },
    6,
  );

  /** Runs the current VU's reactions until none is left. */
  rt.runJobs = function* (): Generator<unknown, void, any> {
    const jobs = k.jobs;
    let at = 0;
    while (at < jobs.length) {
      const reaction = jobs[at] as Reaction;
      const rejected = jobs[at + 1] as boolean;
      const value = jobs[at + 2];
      at += 3;
      if (at > 3072) {
        jobs.splice(0, at);
        at = 0;
      }
      // reactions that always add another one are a loop, too
      if (--k.n < 0 && rt.tick()) yield;
      if (reaction.type === "await") {
        yield* reaction.resume(rejected, value);
        continue;
      }
      const handler = rejected ? reaction.onRejected : reaction.onFulfilled;
      const { capability } = reaction;
      if (typeof handler !== "function") {
        if (rejected) capability?.reject(value);
        else capability?.resolve(value);
        continue;
      }
      let result: unknown;
      try {
        result = yield* rt.call(handler, undefined, [value]);
      } catch (error) {
        if (k.x) throw error;
        capability?.reject(error);
        continue;
      }
      capability?.resolve(result);
    }
    jobs.length = 0;
  };

  // ---- async functions -------------------------------------------------------------------------------------------

  /** Subscribes a continuation to a value that is awaited. */
  rt.awaitThen = (
    value: unknown,
    resume: (rejected: boolean, value: unknown) => Generator<unknown, void, any>,
  ): void => {
    let promise: any;
    try {
      promise = resolveWith(P, value);
    } catch (error) {
      if (k.x) throw error;
      promise = make();
      settle(promise, REJECTED, error);
    }
    subscribe(promise, { type: "await", resume });
  };

  const run = function* (
    promise: any,
    gen: Generator<unknown, unknown, any>,
    rejected: boolean,
    value: unknown,
  ): Generator<unknown, void, any> {
    for (;;) {
      let r: IteratorResult<unknown, unknown>;
      try {
        r = rejected ? gen.throw(value) : gen.next(value);
      } catch (error) {
        if (k.x) throw error;
        settle(promise, REJECTED, error);
        return;
      }
      if (r.done) {
        resolvePromise(promise, r.value);
        return;
      }
      if (r.value === AWAIT) {
        const awaited = k.aw;
        k.aw = undefined;
        rt.awaitThen(awaited, (wasRejected: boolean, v: unknown) => run(promise, gen, wasRejected, v));
        return;
      }
      try {
        value = yield;
        rejected = false;
      } catch (error) {
        value = error;
        rejected = true;
      }
    }
  };
  /** Starts an async function: runs it up to its first await and returns its promise. */
  rt.asyncStart = function* (twin: any, self: unknown, args: ArrayLike<unknown>): Generator<unknown, unknown, any> {
    const promise = make();
    let gen: Generator<unknown, unknown, any>;
    try {
      gen = apply(twin, self, args as unknown[]);
    } catch (error) {
      if (k.x) throw error;
      settle(promise, REJECTED, error);
      return promise;
    }
    yield* run(promise, gen, false, undefined);
    return promise;
  };
  rt.da = (twin: any, self: unknown, args: ArrayLike<unknown>): unknown => rt.dc(rt.asyncStart(twin, self, args));
  rt.w = (value: unknown): object => {
    k.aw = value;
    return AWAIT;
  };

  /** What `await` makes of a value, and how it goes on with a promise, whatever the script has put in place of `then`. */
  rt.resolved = (value: unknown): any => resolveWith(P, value);
  rt.chain = (promise: any, onFulfilled: unknown, onRejected: unknown): any => {
    const capability = ownCapability();
    subscribe(promise, { type: "then", onFulfilled, onRejected, capability });
    return capability.promise;
  };
  rt.Promise = P;
  rt.newPromise = (): any => make();
  rt.resolvePromise = resolvePromise;
  rt.rejectPromise = (promise: any, reason: unknown): void => settle(promise, REJECTED, reason);
  void construct;
}
