/**
 * The runtime of rewritten code, evaluated inside the sandbox realm.
 *
 * Closed functions: their text (`toString`) is evaluated in the realm, so they may refer to nothing but their arguments
 * and the realm's own intrinsics. What the host hands in never reaches a script: it is only called from closures here,
 * and its errors are translated.
 *
 * Tokens: a generator yields `undefined` for a Block (the host has been told already what to wait for), `AWAIT` for an
 * await whose operand is in `k.aw`, `YIELD` for a value of the script's own generator, in `k.yv`.
 */

/** What the host offers to the realm. */
export interface RealmHost {
  /** Waits, on this thread, for the Block that was announced; returns its value or throws. */
  threadBlock(): unknown;
  /** The loop budget is used up in plain code: returns true if the VU is interrupted. */
  tickPlain(): boolean;
  /** ... in a twin: returns true if a Block that lets other VUs run has been announced. */
  tickTwin(): boolean;
  /** What an error of the host is for the script; undefined if `error` is not the host's. */
  describeError(error: unknown): { kind: string; message: string } | undefined;
  /** The value that a host function returns after announcing a Block. */
  readonly pending: unknown;
}

/** Shared state; `host` sides read and write it too. */
export interface RuntimeState {
  /** How the last call helper's answer is to be continued: 0 plain, 1 generator, 2 Block. */
  p: number;
  /** Loop budget. */
  n: number;
  /** An interruption is unwinding the stack. */
  x: boolean;
  aw: unknown;
  yv: unknown;
  /** What a generator that is made to return is to return. */
  rv: unknown;
  /** Reactions of the current VU, in order. */
  jobs: unknown[];
  /** Rejected promises of the current VU that nobody handles. */
  rejections: Set<object>;
}

export type Impl = (args: any[], self: any) => unknown;

export interface Realm {
  k: RuntimeState;
  readonly AWAIT: object;
  readonly YIELD: object;
  GoError: any;
  /** A function that never blocks. */
  fn(name: string, length: number, impl: Impl): any;
  /** A function that returns a value, or what `runtime.block()` returns. */
  blocking(name: string, length: number, impl: Impl): any;
  /** A function that answers at once or, if it has to call back or wait, with a generator of the host. */
  mixed(name: string, length: number, impl: Impl): any;
  /** A function written as a generator of the host, which calls back or waits several times. */
  coroutine(name: string, length: number, impl: (args: any[], self: any) => Generator<unknown, unknown, any>): any;
  defineClass(
    name: string,
    length: number,
    definition: { construct?: (args: any[], self: any) => unknown; make?: (args: any[]) => object; callable?: boolean },
  ): any;
  /** A Proxy of `target` whose traps are functions of the host; what they return must belong to the realm. */
  proxy(target: object, traps: { readonly [trap in keyof ProxyHandler<object>]?: (...args: any[]) => unknown }): any;
  method(target: object, name: PropertyKey, f: unknown, enumerable?: boolean): void;
  accessor(target: object, name: string, get: Impl | undefined, set: Impl | undefined, enumerable?: boolean): void;
  /** Ties the host's state to an object of the realm, invisibly; returns the object. */
  tie<T extends object>(object: T, state: unknown): T;
  stateOf(object: unknown): any;
  /** Makes an object of the realm what k6's scripts see of an error of Go; returns it. */
  goError<T extends object>(object: T, text: string): T;
  /** Its text; undefined for what is no error of Go. */
  goErrorText(value: unknown): string | undefined;
  object(): any;
  array(items: Iterable<unknown>): any[];
  /** A copy of bytes as a Uint8Array of the realm; its `.buffer` is the realm's too. */
  bytes(source: Uint8Array): Uint8Array<ArrayBuffer>;
  /** JSON text -> values of the realm. */
  json(text: string): any;
  stringify(value: unknown, space?: number): string | undefined;
  /** Whether a function may block, and how: see `TwinKind`; -1 for a plain one. */
  hasTwin(f: unknown): boolean;
  kindOf(f: unknown): number;
  /** Calls a function of the script from a generator. */
  call(f: unknown, self: unknown, args: unknown[]): Generator<unknown, any, any>;
  /** Unwinds the VU that is being interrupted. */
  interrupt(): never;
  newPromise(): any;
  resolvePromise(promise: unknown, value: unknown): void;
  rejectPromise(promise: unknown, reason: unknown): void;
  /** State 0 pending, 1 fulfilled, 2 rejected; undefined for what is no promise of the realm. */
  promiseState(promise: unknown): { state: number; value: unknown } | undefined;
  [name: string]: any;
}

export function installCore(rt: Realm, init: RealmHost): void {
  const k: RuntimeState = {
    p: 0,
    n: 1000,
    x: false,
    aw: undefined,
    yv: undefined,
    rv: undefined,
    jobs: [],
    rejections: new Set(),
  };
  rt.k = k;
  const token = (): object => Object.freeze({ __proto__: null });
  const AWAIT = token();
  const YIELD = token();
  rt.go = token();
  rt.raw = token();
  rt.G = globalThis;
  Object.assign(rt, { AWAIT, YIELD });
  const {
    apply,
    construct,
    defineProperty,
    getOwnPropertyDescriptor,
    getPrototypeOf,
    ownKeys,
    set: setProperty,
  } = Reflect;
  const { getOwnPropertySymbols } = Object;
  const nativeCall = Function.prototype.call;
  const isObject = (v: unknown): v is object => (typeof v === "object" && v !== null) || typeof v === "function";

  class GoError extends Error {}
  defineProperty(GoError.prototype, "name", {
    value: "GoError",
    writable: true,
    configurable: true,
    enumerable: false,
  });
  rt.GoError = GoError;

  /** Objects that are errors of Go to k6, with their texts: what `value` of an exception holds, for one. */
  const goErrors = new WeakMap<object, string>();
  rt.goError = <T extends object>(object: T, text: string): T => {
    const tell = { error: () => text }.error;
    defineProperty(object, "error", { value: tell, writable: true, configurable: true, enumerable: true });
    defineProperty(object, "toString", { value: tell, writable: true, configurable: true, enumerable: false });
    goErrors.set(object, text);
    return object;
  };
  rt.goErrorText = (value: unknown): string | undefined => (isObject(value) ? goErrors.get(value) : undefined);

  /** Errors that functions of k6 threw, not the script. */
  const nativeErrors = new WeakSet<object>();
  rt.isNativeError = (error: unknown): boolean => isObject(error) && nativeErrors.has(error);
  /** Where a value without a stack was thrown last. */
  let thrown: { value: unknown; at: Error } | undefined;
  rt.th = (value: unknown): unknown => {
    if (!(value instanceof Error)) thrown = { value, at: new Error() };
    return value;
  };
  rt.thrownAt = (value: unknown): string | undefined =>
    thrown !== undefined && Object.is(thrown.value, value) ? thrown.at.stack : undefined;

  // Stacks show the script's own functions and places. The call sites that the engine hands over are the host's, so they
  // must not get further than here.
  const errorToString = Error.prototype.toString;
  const stackOf = (error: unknown, sites: any): string => {
    let text: string;
    try {
      text = apply(errorToString, error, []);
    } catch {
      text = "Error";
    }
    if (rt.stackText === undefined) return text;
    let raw = "";
    try {
      for (let i = 0; i < sites.length; i++) {
        const site = sites[i];
        // some engines give a path for a URL
        let file = String(site.getFileName());
        if (file[0] === "/") file = `file://${encodeURI(file)}`;
        raw += `    at ${site.getFunctionName() ?? ""} (${file}:${site.getLineNumber()}:${site.getColumnNumber()})\n`;
      }
      return `${text}${rt.stackText(raw)}`;
    } catch {
      // no room left on the stack to look at it
      return text;
    }
  };
  defineProperty(Error, "prepareStackTrace", {
    get: () => stackOf,
    set: () => undefined,
    enumerable: false,
    configurable: false,
  });
  Error.stackTraceLimit = 50;
  delete (Error as { captureStackTrace?: unknown }).captureStackTrace;

  const interruption = Object.freeze(new Error("interrupted"));
  /** Thrown when there is no room left to say what was thrown. */
  const overflow = Object.freeze(new RangeError("Maximum call stack size exceeded"));

  /** An error of the host, made anew in this realm; anything else is passed through. */
  const translate = (error: unknown): unknown => {
    try {
      const described = init.describeError(error);
      if (described === undefined) return error;
      const { kind, message } = described;
      if (kind === "Interrupted") {
        k.x = true;
        return interruption;
      }
      const Kind: any = { TypeError, RangeError, SyntaxError, Error }[kind as "Error"];
      const anew = Kind === undefined ? new GoError(message) : new Kind(message);
      if (Kind === undefined) anew.value = rt.goError({}, message);
      nativeErrors.add(anew);
      return anew;
    } catch {
      return overflow;
    }
  };
  rt.translate = translate;
  /** A function of the host that is called from code of this realm: its exceptions must not get through as they are. */
  const guarded =
    <A extends unknown[], R>(f: (...args: A) => R) =>
    (...args: A): R => {
      try {
        return f(...args);
      } catch (error) {
        throw translate(error);
      }
    };
  rt.guarded = guarded;
  const host = {
    pending: init.pending,
    threadBlock: guarded(() => init.threadBlock()),
    tickPlain: guarded(() => init.tickPlain()),
    tickTwin: guarded(() => init.tickTwin()),
  };

  const describe = (f: unknown): string => {
    if (f === undefined || f === null) return String(f);
    if (typeof f === "object") return "object";
    return typeof f === "string" ? JSON.stringify(f) : String(f);
  };
  rt.describe = describe;
  const notFunction = (f: unknown): TypeError => new TypeError(`${describe(f)} is not a function`);

  class Returned {
    constructor(target: object) {
      // biome-ignore lint/correctness/noConstructorReturn: gives private fields to an existing object
      return target;
    }
  }

  let start: (f: any, self: unknown, args: unknown[]) => unknown;

  /** Keeps a twin on a function, where no script can see it. */
  class Twin extends Returned {
    #twin: any;
    #kind: number;
    constructor(f: object, twin: any, kind: number) {
      super(f);
      this.#twin = twin;
      this.#kind = kind;
    }
    static {
      rt.hasTwin = (f: any): boolean => typeof f === "function" && #twin in f;
      rt.kindOf = (f: any): number => {
        if (typeof f !== "function" || !(#twin in f)) return -1;
        return f.#kind === 7 ? 2 : f.#kind === 8 ? 3 : f.#kind;
      };
      rt.exactKindOf = (f: any): number => f.#kind;
      rt.twinOf = (f: any): any => (typeof f === "function" && #twin in f ? f.#twin : undefined);
      rt.c0 = (s: unknown, f: any) => {
        if (typeof f !== "function") throw notFunction(f);
        if (#twin in f) {
          if (f.#kind === 0) {
            const g = f.#twin.call(s);
            k.p = 1;
            return g;
          }
          return start(f, s, []);
        }
        return f.call === nativeCall ? f.call(s) : apply(f, s, []);
      };
      rt.c1 = (s: unknown, f: any, a: unknown) => {
        if (typeof f !== "function") throw notFunction(f);
        if (#twin in f) {
          if (f.#kind === 0) {
            const g = f.#twin.call(s, a);
            k.p = 1;
            return g;
          }
          return start(f, s, [a]);
        }
        return f.call === nativeCall ? f.call(s, a) : apply(f, s, [a]);
      };
      rt.c2 = (s: unknown, f: any, a: unknown, b: unknown) => {
        if (typeof f !== "function") throw notFunction(f);
        if (#twin in f) {
          if (f.#kind === 0) {
            const g = f.#twin.call(s, a, b);
            k.p = 1;
            return g;
          }
          return start(f, s, [a, b]);
        }
        return f.call === nativeCall ? f.call(s, a, b) : apply(f, s, [a, b]);
      };
      rt.ca = (s: unknown, f: any, args: unknown[]) => {
        if (typeof f !== "function") throw notFunction(f);
        if (#twin in f) {
          if (f.#kind === 0) {
            const g = apply(f.#twin, s, args);
            k.p = 1;
            return g;
          }
          return start(f, s, args);
        }
        return apply(f, s, args);
      };
      rt.c3 = (s: unknown, f: any, a: unknown, b: unknown, c: unknown) => rt.ca(s, f, [a, b, c]);
      rt.c4 = (s: unknown, f: any, a: unknown, b: unknown, c: unknown, d: unknown) => rt.ca(s, f, [a, b, c, d]);
      rt.f = (maker: (twin: any) => any, twin: any, kind: number) => rt.fs(maker(twin), twin, kind);
      rt.fs = (f: any, twin: any, kind: number) => {
        // its generators then need no prototype and no structure of their own; bound functions have none to change
        setProperty(twin, "prototype", undefined);
        new Twin(f, twin, kind);
        if (kind !== 0) rt.dress(f, kind);
        return f;
      };
      rt.stamp = (f: any, twin: any, kind: number) => {
        new Twin(f, twin, kind);
        return f;
      };
    }
  }

  start = (f, self, args) => {
    const twin = rt.twinOf(f);
    const kind: number = rt.exactKindOf(f);
    switch (kind) {
      case 1: // async
        k.p = 1;
        return rt.asyncStart(twin, self, args);
      case 2:
      case 3:
        return rt.generatorObject(f, twin, self, args, kind);
      case 5:
      case 6:
      case 9: // a class: its own way to refuse
        return apply(f, self, args);
      case 7:
      case 8:
        k.p = 1;
        return rt.lateGenerator(f, twin, self, args, kind);
      default: // built-in: sets k.p itself
        return twin(self, args);
    }
  };

  rt.start = start;

  /** Calls `f` from a generator: suspends if it blocks. */
  rt.call = function* (f: any, self: unknown, args: unknown[]): Generator<unknown, unknown, any> {
    const r = rt.ca(self, f, args);
    if (k.p === 0) return r;
    if (k.p === 1) {
      k.p = 0;
      return yield* r as Generator<unknown, unknown>;
    }
    k.p = 0;
    return yield;
  };

  /** Drives a generator to its end on this thread. */
  rt.dc = (gen: Iterator<unknown>): unknown => {
    let r = gen.next();
    while (!r.done) {
      let value: unknown;
      try {
        value = host.threadBlock();
      } catch (error) {
        if (k.x || gen.throw === undefined) throw error;
        r = gen.throw(error);
        continue;
      }
      r = gen.next(value as never);
    }
    return r.value;
  };
  rt.d = (twin: any, self: unknown, args: ArrayLike<unknown>): unknown => rt.dc(apply(twin, self, args as unknown[]));

  const nameFunction = (f: object, key: PropertyKey): void => {
    const name = typeof key === "symbol" ? (key.description === undefined ? "" : `[${key.description}]`) : String(key);
    defineProperty(f, "name", { value: name, configurable: true });
  };

  /** What is to come of the methods under hidden keys. */
  const hidden = new WeakMap<symbol, { key: PropertyKey; maker: ((twin: any) => any) | undefined; kind: number }>();
  rt.hk = (maker: ((twin: any) => any) | undefined, kind: number, key: unknown): symbol => {
    const symbol = Symbol();
    hidden.set(symbol, { key: ownKeys({ [key as string]: 0 })[0]!, maker, kind });
    return symbol;
  };
  rt.sup = (get: () => unknown, set: (value: unknown) => void): object => ({
    get v() {
      return get();
    },
    set v(value) {
      set(value);
    },
  });
  const putMethod = (target: object, key: PropertyKey, f: any): void => {
    if (f.name !== key) nameFunction(f, key);
    if (!defineProperty(target, key, { value: f, writable: true, configurable: true, enumerable: false }))
      throw new TypeError("Attempting to change value of a readonly property.");
  };
  const putComputedMethods = (target: any): void => {
    const symbols = getOwnPropertySymbols(target);
    for (let i = 0; i < symbols.length; i++) {
      const symbol = symbols[i]!;
      const work = hidden.get(symbol);
      if (work === undefined) continue;
      const twin = target[symbol];
      delete target[symbol];
      // without a maker it is replaced by a later member
      if (work.maker !== undefined) putMethod(target, work.key, rt.f(work.maker, twin, work.kind));
    }
  };
  const generatorPrototype = getPrototypeOf(function* () {});
  rt.cm = (C: any, methods: [isStatic: boolean, key: string, maker: (twin: any) => any, kind: number][]): void => {
    for (let i = 0; i < methods.length; i++) {
      const { 0: isStatic, 1: key, 2: maker, 3: kind } = methods[i]!;
      const target = isStatic ? C : C.prototype;
      const twin = getOwnPropertyDescriptor(target, key)!.value;
      // a later member with a computed name may have taken its place
      if (typeof twin === "function" && getPrototypeOf(twin) === generatorPrototype)
        putMethod(target, key, rt.f(maker, twin, kind));
    }
    putComputedMethods(C);
    putComputedMethods(C.prototype);
  };

  /** Stubs of private methods, by their generator method, of which each class has one. */
  const privateStubs = new WeakMap<object, any>();
  rt.pm = (twin: any, maker: (twin: any) => any, kind: number): any => {
    let f = privateStubs.get(twin);
    if (f === undefined) privateStubs.set(twin, (f = rt.f(maker, twin, kind)));
    return f;
  };

  // A method that uses `super` must stay a method of its object: the stub's twin lies under a hidden key until the
  // object is complete.
  const awaited = new WeakMap<symbol, { twin: any }>();
  let lastStub: { twin: any } | undefined;
  rt.hs = (maker: (twin: any) => any, kind: number): any => {
    const cell: { twin: any } = { twin: undefined };
    lastStub = cell;
    return rt.f(
      maker,
      function (this: unknown, ...args: unknown[]) {
        return apply(cell.twin, this, args);
      },
      kind,
    );
  };
  rt.hl = (): symbol => {
    const symbol = Symbol();
    awaited.set(symbol, lastStub!);
    return symbol;
  };
  /** Functions that are still to take the name of a computed key. */
  const unnamed = new WeakSet<object>();
  rt.fu = (maker: (twin: any) => any, twin: any, kind: number): any => {
    const f = rt.f(maker, twin, kind);
    unnamed.add(f);
    return f;
  };
  rt.om = (object: any): any => {
    for (const symbol of getOwnPropertySymbols(object)) {
      const cell = awaited.get(symbol);
      if (cell === undefined) continue;
      cell.twin = object[symbol];
      delete object[symbol];
    }
    for (const key of ownKeys(object)) {
      const f: unknown = getOwnPropertyDescriptor(object, key)!.value;
      if (typeof f !== "function" || !unnamed.has(f)) continue;
      unnamed.delete(f);
      nameFunction(f, key);
    }
    return object;
  };

  rt.tpl = (...args: unknown[]): unknown[] => args;
  rt.tick = (): boolean => host.tickTwin();
  rt.interrupt = (): never => {
    k.x = true;
    throw interruption;
  };
  rt.tickp = (): void => {
    if (host.tickPlain()) rt.interrupt();
  };
  rt.set = (global: any, name: string, exists: boolean, value: unknown): unknown => {
    if (!exists) throw new ReferenceError(`${name} is not defined`);
    global[name] = value;
    return value;
  };
  rt.has = (global: object, name: string): object => {
    if (name in global) return global;
    throw new ReferenceError(`${name} is not defined`);
  };
  /** @param names Each with whether the code assigns it. */
  rt.wo = (global: any, names: Record<string, boolean>): object =>
    new Proxy(Object.create(null), {
      has: (_target, name) => typeof name === "string" && name in names && (names[name] === true || name in global),
      get: (_target, name) => (name === Symbol.unscopables ? undefined : global[name]),
      set: (_target, name, value) => setProperty(global, name, value),
    });
  rt.ro = (name: string): never => {
    throw new TypeError(`Assignment to constant variable: ${name} is an import`);
  };
  /** A name that a module does not export is null here, but undefined in k6's message. */
  rt.io = (value: unknown): unknown => {
    if (!isObject(value)) throw new TypeError(`Value is not an object: ${value === null ? undefined : String(value)}`);
    return value;
  };
  rt.ref = (name: string): never => {
    throw new ReferenceError(`${name} is not defined`);
  };
  rt.x = (exports: object, getters: object): void => {
    for (const name of Object.keys(getters)) {
      const descriptor = Object.getOwnPropertyDescriptor(getters, name)!;
      defineProperty(exports, name, { get: descriptor.get!, enumerable: true, configurable: true });
    }
  };
  defineProperty(rt.x, "name", {
    value: (f: object) => defineProperty(f, "name", { value: "default", configurable: true }),
  });
  rt.dyn = (specifier: unknown): unknown =>
    rt.Promise.reject(
      new TypeError(
        `Cannot import ${JSON.stringify(String(specifier))}: dynamic import() is not supported, use an import statement or require()`,
      ),
    );

  // ---- functions and objects of the host -------------------------------------------------------------------------

  /** Functions of the host, to scripts. */
  const natives = new WeakSet<object>();
  rt.isNative = (f: any): boolean => typeof f === "function" && natives.has(f);
  rt.markNative = (f: object): void => void natives.add(f);
  const named = (name: string, length: number, f: any): any => {
    natives.add(f);
    defineProperty(f, "name", { value: name, configurable: true });
    defineProperty(f, "length", { value: length, configurable: true });
    return f;
  };

  /** A function of the host that never blocks. */
  rt.fn = (name: string, length: number, impl: Impl): any =>
    named(
      name,
      length,
      {
        f(...args: unknown[]) {
          try {
            return impl(args, this);
          } catch (error) {
            throw translate(error);
          }
        },
      }.f,
    );

  /** A function of the host that may block: `impl` returns a value, or `host.pending` after announcing a Block. */
  rt.blocking = (name: string, length: number, impl: Impl): any => {
    const pending = host.pending;
    const f = named(
      name,
      length,
      {
        f(...args: unknown[]) {
          try {
            const r = impl(args, this);
            return r === pending ? host.threadBlock() : r;
          } catch (error) {
            throw translate(error);
          }
        },
      }.f,
    );
    new Twin(
      f,
      (self: unknown, args: unknown[]) => {
        try {
          const r = impl(args, self);
          if (r === pending) {
            k.p = 2;
            return undefined;
          }
          return r;
        } catch (error) {
          throw translate(error);
        }
      },
      4,
    );
    return f;
  };

  /** A function of the host that calls back or blocks several times: `impl` is a generator function of the host. */
  rt.coroutine = (name: string, length: number, impl: Impl): any => {
    const guarded = function* (args: unknown[], self: unknown): Generator<unknown, unknown, any> {
      try {
        return yield* impl(args, self) as Generator<unknown, unknown, any>;
      } catch (error) {
        throw k.x ? error : translate(error);
      }
    };
    const f = named(
      name,
      length,
      {
        f(...args: unknown[]) {
          return rt.dc(guarded(args, this));
        },
      }.f,
    );
    new Twin(
      f,
      (self: unknown, args: unknown[]) => {
        k.p = 1;
        return guarded(args, self);
      },
      4,
    );
    return f;
  };

  /** A function of the host that seldom calls back or blocks: `impl` returns a value, or a generator to run. */
  rt.mixed = (name: string, length: number, impl: Impl): any => {
    const guarded = function* (steps: Generator<unknown, unknown, any>): Generator<unknown, unknown, any> {
      try {
        return yield* steps;
      } catch (error) {
        throw k.x ? error : translate(error);
      }
    };
    const begin = (args: unknown[], self: unknown): unknown => {
      try {
        return impl(args, self);
      } catch (error) {
        throw k.x ? error : translate(error);
      }
    };
    const isSteps = (r: any): boolean => typeof r === "object" && r !== null && typeof r.next === "function";
    const f = named(
      name,
      length,
      {
        f(...args: unknown[]) {
          const r = begin(args, this);
          return isSteps(r) ? rt.dc(guarded(r as Generator<unknown, unknown, any>)) : r;
        },
      }.f,
    );
    new Twin(
      f,
      (self: unknown, args: unknown[]) => {
        const r = begin(args, self);
        if (!isSteps(r)) return r;
        k.p = 1;
        return guarded(r as Generator<unknown, unknown, any>);
      },
      4,
    );
    return f;
  };

  /** Ties state of the host to an object of the realm. */
  class State extends Returned {
    #state: unknown;
    constructor(object: object, state: unknown) {
      super(object);
      this.#state = state;
    }
    static {
      rt.tie = <T extends object>(object: T, state: unknown): T => {
        new State(object, state);
        return object;
      };
      // objects that inherit from one of the host are it, too: members of Go's objects do not ask what `this` is
      rt.stateOf = (value: any) => {
        for (let object = value; isObject(object); object = getPrototypeOf(object)) {
          if (#state in object) return object.#state;
        }
        return undefined;
      };
    }
  }

  const methods = new WeakSet<object>();
  /** For methods of objects without a state. */
  rt.markMethods = (...functions: object[]): void => {
    for (const f of functions) methods.add(f);
  };
  /** Whether a function is a method of the host's object that carries it: to k6 one of Go, no data of the object. */
  rt.isMethod = (f: object, owner: object): boolean =>
    methods.has(f) || (natives.has(f) && rt.stateOf(owner) !== undefined);

  /** A class whose instances are run by the host; `construct` returns the state to tie, or `make` the object itself. */
  rt.defineClass = (
    name: string,
    length: number,
    definition: {
      construct?: (args: unknown[], self: object) => unknown;
      make?: (args: unknown[]) => object;
      /** Calling without `new` constructs too, as for constructors written in Go. */
      callable?: boolean;
    },
  ): any => {
    const made = (args: unknown[], newTarget: any): object => {
      if (definition.make !== undefined) {
        try {
          return definition.make(args);
        } catch (error) {
          throw translate(error);
        }
      }
      const self = construct(Object, [], newTarget) as object;
      try {
        const state = definition.construct!(args, self);
        if (state !== undefined) rt.tie(self, state);
      } catch (error) {
        throw translate(error);
      }
      return self;
    };
    const C: any = function (this: unknown, ...args: unknown[]) {
      if (new.target === undefined && !definition.callable)
        throw new TypeError(`Class constructor ${name} cannot be invoked without 'new'`);
      return made(args, new.target ?? C);
    };
    return named(name, length, C);
  };

  rt.method = (target: object, name: PropertyKey, f: any, enumerable = false): void => {
    defineProperty(target, name, { value: f, writable: true, configurable: true, enumerable });
  };
  rt.accessor = (
    target: object,
    name: string,
    get: Impl | undefined,
    set: Impl | undefined,
    enumerable = false,
  ): void => {
    defineProperty(target, name, {
      get: get && rt.fn(`get ${name}`, 0, get),
      set: set && rt.fn(`set ${name}`, 1, set),
      configurable: true,
      enumerable,
    });
  };
  rt.proxy = (target: object, traps: Record<string, (...args: any[]) => unknown>): object => {
    const handler = Object.create(null);
    for (const name of Object.keys(traps)) {
      const trap = traps[name]!;
      // without a list of arguments: the init code of every VU reads `__ENV`
      handler[name] = (a: unknown, b: unknown, c: unknown, d: unknown) => {
        try {
          return trap(a, b, c, d);
        } catch (error) {
          throw translate(error);
        }
      };
    }
    return new Proxy(target, handler);
  };
  rt.object = (): object => ({});
  rt.array = (items: Iterable<unknown>): unknown[] => [...items];
  rt.bytes = (source: Uint8Array): Uint8Array<ArrayBuffer> => {
    const copy = new Uint8Array(source.length);
    copy.set(source);
    return copy;
  };
  rt.json = (text: string): unknown => JSON.parse(text);
  rt.stringify = (value: unknown, space?: number): string | undefined => JSON.stringify(value, undefined, space);
  /** The exports of a module: no prototype, as the language has it. */
  rt.moduleObject = (): object => {
    const exports = Object.create(null);
    defineProperty(exports, Symbol.toStringTag, { value: "Module" });
    return exports;
  };
  rt.getterOf = (from: any, name: string): object => ({
    get [name]() {
      return from[name];
    },
  });
  /** How an ES module sees a CommonJS one: `default` is what it exports, names are its members. */
  rt.commonJsView = (read: () => any): object => {
    // what was transpiled to CommonJS has a default of its own
    const pick = (name: PropertyKey): any => {
      const exports = read();
      if (name === Symbol.toStringTag) return "Module";
      return name === "default" && !(isObject(exports) && name in exports) ? exports : exports?.[name];
    };
    return new Proxy(Object.create(null), {
      get: (_target, name) => pick(name),
      has: (_target, name) => isObject(read()) && name in read(),
      // what `import x from` takes is not among the names
      ownKeys: () => (isObject(read()) ? Object.keys(read()).sort() : []),
      getOwnPropertyDescriptor: (_target, name) =>
        isObject(read()) && name in read()
          ? { value: pick(name), enumerable: true, configurable: true, writable: true }
          : undefined,
      set: () => false,
      defineProperty: () => false,
      deleteProperty: () => false,
    });
  };
  /** A VU's global object. */
  rt.globalWith = (base: object, id: number): object => {
    const global = Object.create(base);
    global.__VU = id;
    return global;
  };
  rt.protoOf = getPrototypeOf;
}
