/**
 * Generators and iteration of scripts where a step may block: generator objects whose `next()` has a twin, async
 * generators, and the loops that `script/rewrite/loop.ts` makes of for-of and for await.
 *
 * A closed function: see `core.ts`.
 */
import type { Realm, RealmHost } from "./core.ts";

export function installGenerators(rt: Realm, host: RealmHost): void {
  const { k, AWAIT, YIELD } = rt;
  const { apply } = Reflect;
  const GeneratorPrototype = Object.getPrototypeOf(function* () {}).prototype;
  const isObject = (v: unknown): boolean => (typeof v === "object" && v !== null) || typeof v === "function";

  rt.v = (value: unknown): object => {
    k.yv = value;
    return YIELD;
  };

  type Step = { mode: "next" | "throw" | "return"; value: unknown };
  const advance = (gen: Generator<unknown, unknown, any>, step: Step): IteratorResult<unknown, unknown> =>
    step.mode === "next" ? gen.next(step.value) : step.mode === "throw" ? gen.throw(step.value) : gen.return(step.value);

  /** One step of a script's generator, Blocks passed on. */
  const stepThrough = function* (gen: Generator<unknown, unknown, any>, step: Step): Generator<unknown, IteratorResult<unknown>, any> {
    for (;;) {
      const r = advance(gen, step);
      if (r.done) return { value: r.value, done: true };
      if (r.value === YIELD) {
        const value = k.yv;
        k.yv = undefined;
        return { value, done: false };
      }
      try {
        step = { mode: "next", value: yield };
      } catch (error) {
        step = { mode: "throw", value: error };
      }
    }
  };

  /** Plain use: behind a native generator object; a Block holds the thread. */
  rt.dg = function* (twin: any, self: unknown, args: ArrayLike<unknown>): Generator<unknown, unknown, any> {
    const gen = apply(twin, self, args as unknown[]) as Generator<unknown, unknown, any>;
    let step: Step = { mode: "next", value: undefined };
    for (;;) {
      const r: IteratorResult<unknown> = rt.dc(stepThrough(gen, step));
      if (r.done) return r.value;
      let left = true;
      try {
        step = { mode: "next", value: yield r.value };
        left = false;
      } catch (error) {
        step = { mode: "throw", value: error };
        left = false;
      } finally {
        if (left && !k.x) rt.dc(stepThrough(gen, { mode: "return", value: undefined }));
      }
    }
  };

  /** Use from a twin: an object like a generator, whose methods suspend. */
  rt.suspendableGenerator = (f: any, twin: any, self: unknown, args: unknown[]): object => {
    const gen = apply(twin, self, args) as Generator<unknown, unknown, any>;
    const object = Object.create(isObject(f.prototype) ? f.prototype : GeneratorPrototype);
    let running = false;
    const method = (mode: Step["mode"]) => {
      const steps = function* (value: unknown): Generator<unknown, IteratorResult<unknown>, any> {
        if (running) throw new TypeError("Generator is already running");
        running = true;
        try {
          return yield* stepThrough(gen, { mode, value });
        } finally {
          running = false;
        }
      };
      return rt.stamp({ [mode]: (value: unknown) => rt.dc(steps(value)) }[mode], steps, 0);
    };
    for (const mode of ["next", "return", "throw"] as const) {
      Object.defineProperty(object, mode, { value: method(mode), writable: true, configurable: true, enumerable: false });
    }
    return object;
  };

  /** The script's own `yield*`: passes values through, lets `next()` of the inner iterator suspend. */
  rt.vs = function* (iterable: any): Generator<unknown, unknown, any> {
    const iterator: any = yield* rt.call(iterable[Symbol.iterator], iterable, []);
    let step: Step = { mode: "next", value: undefined };
    for (;;) {
      let r: any;
      const method = iterator[step.mode];
      if (method === undefined || method === null) {
        if (step.mode === "throw") throw new TypeError("The iterator does not provide a 'throw' method");
        return step.value;
      }
      r = yield* rt.call(method, iterator, [step.value]);
      if (!isObject(r)) throw new TypeError("Iterator result is not an object");
      if (r.done) return r.value;
      let left = true;
      try {
        step = { mode: "next", value: yield rt.v(r.value) };
        left = false;
      } catch (error) {
        step = { mode: "throw", value: error };
        left = false;
      } finally {
        if (left && !k.x && iterator.return) yield* rt.call(iterator.return, iterator, []);
      }
    }
  };

  // ---- loops -----------------------------------------------------------------------------------------------------

  class Iteration {
    v: unknown;
    done = false;
    failed = false;
    private iterator: any;
    private next: any;
    private readonly awaits: boolean;
    private readonly fromSync: boolean;
    constructor(iterable: any, awaits: boolean) {
      this.awaits = awaits;
      let method = awaits ? iterable[Symbol.asyncIterator] : undefined;
      this.fromSync = awaits && (method === undefined || method === null);
      if (method === undefined || method === null) method = iterable[Symbol.iterator];
      if (typeof method !== "function") throw new TypeError(`${String(iterable)} is not iterable`);
      this.iterator = apply(method, iterable, []);
      if (!isObject(this.iterator)) throw new TypeError("Result of the Symbol.iterator method is not an object");
      this.next = this.iterator.next;
    }
    *step(): Generator<unknown, boolean, any> {
      let r: any;
      try {
        r = yield* rt.call(this.next, this.iterator, []);
        if (this.awaits && !this.fromSync) r = yield rt.w(r);
        if (!isObject(r)) throw new TypeError("Iterator result is not an object");
        if (r.done) {
          this.done = true;
          return false;
        }
        this.v = this.fromSync ? yield rt.w(r.value) : r.value;
      } catch (error) {
        this.done = true;
        throw error;
      }
      return true;
    }
    *close(): Generator<unknown, void, any> {
      this.done = true;
      try {
        const method = this.iterator.return;
        if (method === undefined || method === null) return;
        let r: any = yield* rt.call(method, this.iterator, []);
        if (this.awaits) r = yield rt.w(r);
        if (!this.failed && !isObject(r)) throw new TypeError("Iterator result is not an object");
      } catch (error) {
        // the loop's own exception is the one to report
        if (!this.failed || k.x) throw error;
      }
    }
  }
  rt.it = (iterable: unknown) => new Iteration(iterable, false);
  rt.ait = (iterable: unknown) => new Iteration(iterable, true);

  // ---- async generators ------------------------------------------------------------------------------------------

  type Request = Step & { promise: any };

  class AsyncGenerator {
    private readonly gen: Generator<unknown, unknown, any>;
    private readonly queue: Request[] = [];
    private busy = false;
    private started = false;
    private finished = false;
    constructor(gen: Generator<unknown, unknown, any>) {
      this.gen = gen;
    }
    *request(mode: Step["mode"], value: unknown): Generator<unknown, unknown, any> {
      const promise = rt.newPromise();
      this.queue.push({ mode, value, promise });
      if (!this.busy) yield* this.drain();
      return promise;
    }
    private *drain(): Generator<unknown, void, any> {
      while (this.queue.length > 0 && !this.busy) {
        const { mode, value } = this.queue[0]!;
        if (!this.started && mode !== "next") this.finished = true;
        this.started = true;
        if (!this.finished) {
          if (mode === "return") yield* this.awaitThen(value, "return");
          else yield* this.resume({ mode, value });
        } else if (mode === "next") this.answer(false, { value: undefined, done: true });
        else if (mode === "throw") this.answer(true, value);
        else {
          this.busy = true;
          rt.awaitThen(value, (rejected: boolean, v: unknown) => this.returned(rejected, v));
        }
      }
    }
    private *returned(rejected: boolean, value: unknown): Generator<unknown, void, any> {
      this.busy = false;
      this.answer(rejected, rejected ? value : { value, done: true });
      yield* this.drain();
    }
    /** Resumes with a `return` whose value has been awaited. */
    private *awaitThen(value: unknown, mode: "return"): Generator<unknown, void, any> {
      this.busy = true;
      const self = this;
      rt.awaitThen(value, function* (rejected: boolean, v: unknown): Generator<unknown, void, any> {
        self.busy = false;
        yield* self.resume(rejected ? { mode: "throw", value: v } : { mode, value: v });
        yield* self.drain();
      });
    }
    private answer(rejected: boolean, value: unknown): void {
      const { promise } = this.queue.shift()!;
      if (rejected) rt.rejectPromise(promise, value);
      else rt.resolvePromise(promise, value);
    }
    private *resume(step: Step): Generator<unknown, void, any> {
      for (;;) {
        let r: IteratorResult<unknown, unknown>;
        this.busy = true;
        try {
          r = advance(this.gen, step);
        } catch (error) {
          if (k.x) throw error;
          this.busy = false;
          this.finished = true;
          this.answer(true, error);
          return;
        }
        if (r.done) {
          this.busy = false;
          this.finished = true;
          this.answer(false, { value: r.value, done: true });
          return;
        }
        if (r.value === YIELD) {
          const value = k.yv;
          k.yv = undefined;
          this.busy = false;
          this.answer(false, { value, done: false });
          return;
        }
        if (r.value === AWAIT) {
          const awaited = k.aw;
          k.aw = undefined;
          const self = this;
          rt.awaitThen(awaited, function* (rejected: boolean, value: unknown): Generator<unknown, void, any> {
            yield* self.resume({ mode: rejected ? "throw" : "next", value });
            yield* self.drain();
          });
          return;
        }
        try {
          step = { mode: "next", value: yield };
        } catch (error) {
          step = { mode: "throw", value: error };
        }
      }
    }
  }

  const AsyncIteratorPrototype = {
    [Symbol.asyncIterator](): unknown {
      return this;
    },
  };
  const prototype = Object.create(AsyncIteratorPrototype);
  Object.defineProperty(prototype, Symbol.toStringTag, { value: "AsyncGenerator", configurable: true });
  for (const mode of ["next", "return", "throw"] as const) {
    const steps = function* (this: object, value: unknown): Generator<unknown, unknown, any> {
      return yield* (rt.stateOf(this) as AsyncGenerator).request(mode, value);
    };
    const f = {
      [mode](this: object, value: unknown) {
        return rt.dc(steps.call(this, value));
      },
    }[mode];
    Object.defineProperty(prototype, mode, { value: rt.stamp(f, steps, 0), writable: true, configurable: true });
  }
  rt.asyncGenerator = (f: any, twin: any, self: unknown, args: ArrayLike<unknown>): object =>
    rt.tie(Object.create(isObject(f?.prototype) ? f.prototype : prototype), new AsyncGenerator(apply(twin, self, args as unknown[])));
  rt.dag = (twin: any, self: unknown, args: ArrayLike<unknown>): object => rt.asyncGenerator(undefined, twin, self, args);

  /** `yield*` in an async generator. */
  rt.vas = function* (iterable: any): Generator<unknown, unknown, any> {
    const iteration = new Iteration(iterable, true);
    try {
      while (yield* iteration.step()) yield rt.v(yield rt.w(iteration.v));
    } catch (error) {
      iteration.failed = true;
      throw error;
    } finally {
      if (!iteration.done && !k.x) yield* iteration.close();
    }
    return undefined;
  };
  void host;
}
