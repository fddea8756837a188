/**
 * Generators and iteration of scripts where a step may block: generator objects whose `next()` has a twin, async
 * generators, and the loops that `script/rewrite/loop.ts` makes of for-of and for await.
 *
 * A script's generator is driven by `Running` or `AsyncRunning`, which tell its own yields and awaits from Blocks. To
 * return from within a delegate (`yield*`), a generator yields `RETURN`, with the value in `k.rv`, and is made to.
 *
 * A closed function: see `core.ts`. Rules: ECMA-262, sections 7.4 and 27.3 to 27.6.
 */
import type { Realm } from "./core.ts";

export function installGenerators(rt: Realm): void {
  const { k, AWAIT, YIELD } = rt;
  const START: object = rt.go;
  const RETURN: object = Object.freeze({ __proto__: null });
  const { apply, defineProperty, setPrototypeOf, getPrototypeOf } = Reflect;
  const create = Object.create;
  const { isArray } = Array;
  const GeneratorFunctionPrototype = getPrototypeOf(function* () {}) as any;
  const AsyncFunctionPrototype = getPrototypeOf(async () => {}) as any;
  const AsyncGeneratorFunctionPrototype = getPrototypeOf(async function* () {}) as any;
  const arrayValues = Array.prototype[Symbol.iterator];
  const ArrayIteratorPrototype: any = getPrototypeOf([][Symbol.iterator]());
  const arrayNext = ArrayIteratorPrototype.next;
  const isObject = (v: unknown): v is object => (typeof v === "object" && v !== null) || typeof v === "function";

  type Steps<T> = Generator<unknown, T, any>;
  type Step = { mode: "next" | "throw" | "return"; value: unknown };

  rt.v = (value: unknown): object => {
    k.yv = value;
    return YIELD;
  };

  const advance = (gen: Steps<unknown>, step: Step): IteratorResult<unknown, unknown> => {
    if (step.mode === "next") return gen.next(step.value);
    if (step.mode === "throw") return gen.throw(step.value);
    k.rv = step.value;
    return gen.return(step.value);
  };

  // ---- generators ------------------------------------------------------------------------------------------------

  class Running {
    private busy = false;
    private readonly gen: Steps<unknown>;
    constructor(gen: Steps<unknown>) {
      this.gen = gen;
    }
    /** One step of the script's generator, Blocks passed on. */
    *step(step: Step): Steps<IteratorResult<unknown>> {
      if (this.busy) throw new TypeError("Generator is already running");
      this.busy = true;
      try {
        for (;;) {
          const r = advance(this.gen, step);
          if (r.done) return { value: r.value, done: true };
          if (r.value === YIELD) {
            const value = k.yv;
            k.yv = undefined;
            return { value, done: false };
          }
          if (r.value === RETURN) {
            step = { mode: "return", value: k.rv };
            continue;
          }
          try {
            step = { mode: "next", value: yield };
          } catch (error) {
            step = { mode: "throw", value: error };
          }
        }
      } finally {
        this.busy = false;
      }
    }
  }

  // ---- async generators ------------------------------------------------------------------------------------------

  type Request = Step & { promise: any };

  class AsyncRunning {
    private readonly gen: Steps<unknown>;
    private readonly queue: Request[] = [];
    private busy = false;
    private started = false;
    private finished = false;
    constructor(gen: Steps<unknown>) {
      this.gen = gen;
    }
    *request(mode: Step["mode"], value: unknown): Steps<unknown> {
      const promise = rt.newPromise();
      this.queue.push({ mode, value, promise });
      if (!this.busy) yield* this.drain();
      return promise;
    }
    private *drain(): Steps<void> {
      while (this.queue.length > 0 && !this.busy) {
        const { mode, value } = this.queue[0]!;
        if (!this.started && mode !== "next") this.finished = true;
        this.started = true;
        if (!this.finished) {
          if (mode === "return") this.awaitThen(value, true);
          else yield* this.resume({ mode, value });
        } else if (mode === "next") this.answer(false, { value: undefined, done: true });
        else if (mode === "throw") this.answer(true, value);
        else this.awaitThen(value, false);
      }
    }
    /** Awaits the value of a `return`, then makes the generator return it, or answers for one that has ended. */
    private awaitThen(value: unknown, resumes: boolean): void {
      this.busy = true;
      const self = this;
      rt.awaitThen(value, function* (rejected: boolean, v: unknown): Steps<void> {
        self.busy = false;
        if (resumes) yield* self.resume({ mode: rejected ? "throw" : "return", value: v });
        else self.answer(rejected, rejected ? v : { value: v, done: true });
        yield* self.drain();
      });
    }
    private answer(rejected: boolean, value: unknown): void {
      const { promise } = this.queue.shift()!;
      if (rejected) rt.rejectPromise(promise, value);
      else rt.resolvePromise(promise, value);
    }
    private *resume(step: Step): Steps<void> {
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
        if (r.value === RETURN) {
          step = { mode: "return", value: k.rv };
          continue;
        }
        if (r.value === AWAIT) {
          const awaited = k.aw;
          k.aw = undefined;
          const self = this;
          rt.awaitThen(awaited, function* (rejected: boolean, value: unknown): Steps<void> {
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

  class Target {
    constructor(target: object) {
      // biome-ignore lint/correctness/noConstructorReturn: gives private fields to an existing object
      return target;
    }
  }
  /** Ties what runs to the script's generator object, invisibly. */
  class Tie extends Target {
    #running: Running | AsyncRunning;
    constructor(object: object, running: Running | AsyncRunning) {
      super(object);
      this.#running = running;
    }
    static of(object: unknown): Running | AsyncRunning | undefined {
      return isObject(object) && #running in object ? (object as Tie).#running : undefined;
    }
  }

  const addMethods = (
    prototype: object,
    steps: (mode: Step["mode"]) => (this: unknown, value: unknown) => Steps<unknown>,
  ): object => {
    for (const mode of ["next", "return", "throw"] as const) {
      const twin = steps(mode);
      const f = {
        [mode](this: unknown, value: unknown) {
          return rt.dc(apply(twin, this, [value]));
        },
      }[mode];
      defineProperty(prototype, mode, {
        value: rt.stamp(f, twin, 0),
        writable: true,
        configurable: true,
        enumerable: false,
      });
    }
    return prototype;
  };
  // This lies between the language's own prototype and those of the script's functions that may block: the others are
  // the engine's. Async generators are all ours.
  const SuspendablePrototype = addMethods(
    create(GeneratorFunctionPrototype.prototype),
    (mode) =>
      function* (value) {
        const running = Tie.of(this);
        if (!(running instanceof Running)) throw new TypeError(`${mode} method called on incompatible receiver`);
        return yield* running.step({ mode, value });
      },
  );
  const SuspendableAsyncPrototype = addMethods(
    AsyncGeneratorFunctionPrototype.prototype,
    (mode) =>
      function* (value) {
        const running = Tie.of(this);
        if (running instanceof AsyncRunning) return yield* running.request(mode, value);
        return rt.Promise.reject(new TypeError(`${mode} method called on incompatible receiver`));
      },
  );

  /** Makes a stub look like the async function or generator function that it stands for. */
  rt.dress = (f: any, kind: number): void => {
    const isAsync = kind === 3 || kind === 8;
    if (kind === 1) setPrototypeOf(f, AsyncFunctionPrototype);
    else if (isAsync || kind === 2 || kind === 7) {
      setPrototypeOf(f, isAsync ? AsyncGeneratorFunctionPrototype : GeneratorFunctionPrototype);
      const prototype = create(isAsync ? SuspendableAsyncPrototype : SuspendablePrototype);
      defineProperty(f, "prototype", { value: prototype, writable: true, enumerable: false, configurable: false });
    }
  };

  const objectOf = (f: any, gen: Steps<unknown>, isAsync: boolean): object => {
    const { prototype } = f;
    const object = create(isObject(prototype) ? prototype : isAsync ? SuspendableAsyncPrototype : SuspendablePrototype);
    new Tie(object, isAsync ? new AsyncRunning(gen) : new Running(gen));
    return object;
  };
  /** What a call of a generator function returns; its parameters are evaluated by `apply`. */
  rt.generatorObject = (f: any, twin: any, self: unknown, args: ArrayLike<unknown>, kind: number): object =>
    objectOf(f, apply(twin, self, args as unknown[]), kind === 3);
  /** ... where the generator itself evaluates its parameters, because they may block. */
  rt.lateGenerator = function* (
    f: any,
    twin: any,
    self: unknown,
    args: ArrayLike<unknown>,
    kind: number,
  ): Steps<object> {
    const gen: Steps<unknown> = apply(twin, self, args as unknown[]);
    for (let r = gen.next(); r.value !== START; ) {
      let value: unknown;
      try {
        value = yield;
      } catch (error) {
        r = gen.throw(error);
        continue;
      }
      r = gen.next(value);
    }
    return objectOf(f, gen, kind === 8);
  };
  /** Plain calls. */
  rt.dg = (f: any, twin: any, self: unknown, args: ArrayLike<unknown>, kind: number): object =>
    kind > 3 ? rt.dc(rt.lateGenerator(f, twin, self, args, kind)) : rt.generatorObject(f, twin, self, args, kind);
  rt.dag = rt.dg;

  // ---- iterators -------------------------------------------------------------------------------------------------

  const notIterable = (value: unknown): TypeError =>
    new TypeError(`${typeof value === "symbol" ? "symbol" : value} is not iterable`);

  const iteratorOf = function* (iterable: any, method: unknown): Steps<any> {
    if (typeof method !== "function") throw notIterable(iterable);
    const iterator: unknown = yield* rt.call(method, iterable, []);
    if (!isObject(iterator)) throw new TypeError("Result of the Symbol.iterator method is not an object");
    return iterator;
  };

  const checked = (result: unknown): any => {
    if (!isObject(result)) throw new TypeError("Iterator result is not an object");
    return result;
  };

  const missing = (method: unknown): boolean => method === undefined || method === null;

  /** An async iterator over what a sync iterator yields: 27.1.6 of ECMA-262. */
  const fromSync = (iterator: any): object => {
    const { next } = iterator;
    const close = function* (): Steps<void> {
      const method = iterator.return;
      if (!missing(method)) yield* rt.call(method, iterator, []);
    };
    const continued = function* (result: any, closes: boolean): Steps<unknown> {
      const done = Boolean(checked(result).done);
      let wrapper: any;
      try {
        wrapper = rt.resolved(result.value);
      } catch (error) {
        if (k.x) throw error;
        if (!done && closes) yield* quietly(close());
        throw error;
      }
      const rejected = function* (error: unknown): Steps<never> {
        yield* quietly(close());
        throw error;
      };
      return rt.chain(
        wrapper,
        (value: unknown) => ({ value, done }),
        done || !closes ? undefined : rt.stamp(() => undefined, rejected, 0),
      );
    };
    const method = (mode: Step["mode"]) =>
      rt.stamp(
        () => undefined,
        function* (value: unknown): Steps<unknown> {
          try {
            if (mode === "next") return yield* continued(yield* rt.call(next, iterator, [value]), true);
            const f = iterator[mode];
            if (!missing(f)) return yield* continued(yield* rt.call(f, iterator, [value]), mode === "throw");
            if (mode === "return") return rt.resolved({ value, done: true });
            yield* close();
            throw new TypeError("The iterator does not provide a 'throw' method");
          } catch (error) {
            if (k.x) throw error;
            const promise = rt.newPromise();
            rt.rejectPromise(promise, error);
            return promise;
          }
        },
        0,
      );
    return { next: method("next"), return: method("return"), throw: method("throw") };
  };

  /** Runs to the end what must not cover an exception that is on its way. */
  const quietly = function* (steps: Steps<unknown>): Steps<void> {
    try {
      yield* steps;
    } catch (error) {
      if (k.x) throw error;
    }
  };

  const asyncIteratorOf = function* (iterable: any): Steps<any> {
    const method = iterable[Symbol.asyncIterator];
    if (missing(method)) return fromSync(yield* iteratorOf(iterable, iterable[Symbol.iterator]));
    return yield* iteratorOf(iterable, method);
  };

  /** `yield*` of a script: passes values on, lets the steps of the inner iterator suspend; 15.5.5 of ECMA-262. */
  const delegate = function* (iterable: any, isAsync: boolean): Steps<unknown> {
    const iterator = yield* isAsync ? asyncIteratorOf(iterable) : iteratorOf(iterable, iterable[Symbol.iterator]);
    const { next } = iterator;
    let step: Step = { mode: "next", value: undefined };
    let given: { value: unknown } | undefined;
    for (;;) {
      if (given !== undefined) {
        const { value } = given;
        given = undefined;
        let left = true;
        try {
          step = { mode: "next", value: yield rt.v(value) };
          left = false;
        } catch (error) {
          step = { mode: "throw", value: error };
          left = false;
        } finally {
          if (left && !k.x) {
            step = { mode: "return", value: k.rv };
            // biome-ignore lint/correctness/noUnsafeFinally: the inner iterator is asked first, then the return goes on
            continue;
          }
        }
      }
      const method = step.mode === "next" ? next : iterator[step.mode];
      if (step.mode !== "next" && missing(method)) {
        if (step.mode === "return") {
          k.rv = isAsync ? yield rt.w(step.value) : step.value;
          yield RETURN;
        }
        const close = iterator.return;
        if (!missing(close)) {
          const r = yield* rt.call(close, iterator, []);
          checked(isAsync ? yield rt.w(r) : r);
        }
        throw new TypeError("The iterator does not provide a 'throw' method");
      }
      const answer = yield* rt.call(method, iterator, [step.value]);
      const r = checked(isAsync ? yield rt.w(answer) : answer);
      if (r.done) {
        const { value } = r;
        if (step.mode !== "return") return value;
        k.rv = value;
        yield RETURN;
      }
      given = { value: r.value };
    }
  };
  rt.vs = (iterable: unknown) => delegate(iterable, false);
  rt.vas = (iterable: unknown) => delegate(iterable, true);

  // ---- loops -----------------------------------------------------------------------------------------------------

  /** A for-of loop. `step` answers like a call helper: a boolean, or in `k.p` how to go on. */
  class Iteration {
    v: unknown;
    done = false;
    failed = false;
    private readonly iterator: any;
    private readonly next: any;
    private readonly isAsync: boolean;
    /** For an array that is iterated in the language's own way. */
    private readonly array: unknown[] | undefined;
    private index = 0;
    constructor(iterator: any, isAsync: boolean, array: unknown[] | undefined) {
      this.iterator = iterator;
      this.next = array === undefined ? iterator.next : undefined;
      this.isAsync = isAsync;
      this.array = array;
    }
    step(): unknown {
      const { array } = this;
      if (array !== undefined) {
        if (this.index < array.length) {
          this.v = array[this.index++];
          return true;
        }
        this.done = true;
        return false;
      }
      if (!this.isAsync && !rt.hasTwin(this.next)) {
        try {
          return this.take(apply(this.next, this.iterator, []));
        } catch (error) {
          this.done = true;
          throw error;
        }
      }
      k.p = 1;
      return this.suspendableStep();
    }
    private *suspendableStep(): Steps<boolean> {
      try {
        const r = yield* rt.call(this.next, this.iterator, []);
        return this.take(this.isAsync ? yield rt.w(r) : r);
      } catch (error) {
        this.done = true;
        throw error;
      }
    }
    private take(result: unknown): boolean {
      if (checked(result).done) {
        this.done = true;
        return false;
      }
      this.v = (result as any).value;
      return true;
    }
    *close(): Steps<void> {
      this.done = true;
      if (this.array !== undefined) return;
      try {
        const method = this.iterator.return;
        if (missing(method)) return;
        let r: unknown = yield* rt.call(method, this.iterator, []);
        if (this.isAsync) r = yield rt.w(r);
        if (!this.failed) checked(r);
      } catch (error) {
        // the loop's own exception is the one to report
        if (!this.failed || k.x) throw error;
      }
    }
  }

  const begin = function* (iterable: any, method: unknown): Steps<Iteration> {
    return new Iteration(yield* iteratorOf(iterable, method), false, undefined);
  };
  const beginAsync = function* (iterable: unknown): Steps<Iteration> {
    return new Iteration(yield* asyncIteratorOf(iterable), true, undefined);
  };
  /** Both answer like a call helper: an `Iteration`, or in `k.p` how to go on. */
  rt.it = (iterable: any): unknown => {
    const method = iterable[Symbol.iterator];
    if (method === arrayValues && isArray(iterable) && ArrayIteratorPrototype.next === arrayNext) {
      return new Iteration(undefined, false, iterable);
    }
    if (rt.hasTwin(method)) {
      k.p = 1;
      return begin(iterable, method);
    }
    if (typeof method !== "function") throw notIterable(iterable);
    const iterator = apply(method, iterable, []);
    if (!isObject(iterator)) throw new TypeError("Result of the Symbol.iterator method is not an object");
    return new Iteration(iterator, false, undefined);
  };
  rt.ait = (iterable: unknown): unknown => {
    k.p = 1;
    return beginAsync(iterable);
  };
  /** Iterates in generators of our own. */
  rt.iterate = function* (iterable: any): Steps<Iteration> {
    return new Iteration(yield* iteratorOf(iterable, iterable[Symbol.iterator]), false, undefined);
  };
  rt.stepOf = function* (iteration: Iteration): Steps<boolean> {
    const r = iteration.step();
    if (k.p === 0) return r as boolean;
    k.p = 0;
    return yield* r as Steps<boolean>;
  };
}
