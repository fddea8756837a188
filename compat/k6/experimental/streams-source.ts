/**
 * Readable and writable streams of the Streams standard, with default controllers, in the sandbox realm.
 *
 * A closed function: its text is evaluated in the realm, so it refers to nothing but its argument and the realm's own
 * intrinsics. It lives there because streams are promises and callbacks of the script through and through.
 *
 * @see Streams standard, sections 4 and 5; k6 docs, javascript-api/k6-experimental/streams
 */
import type { Realm } from "../../../src/module-api.ts";

export function installStreams(rt: Realm): Record<string, unknown> {
  const { apply, defineProperty } = Reflect;
  const Native: any = rt.Promise;
  const nativeThen = Native.prototype.then;
  const nothing = (): undefined => undefined;

  // ---- promises --------------------------------------------------------------------------------------------------

  interface Deferred {
    promise: any;
    resolve(value?: unknown): void;
    reject(reason: unknown): void;
  }
  const deferred = (): Deferred => {
    const promise = rt.newPromise();
    return {
      promise,
      resolve: (value) => rt.resolvePromise(promise, value),
      reject: (reason) => rt.rejectPromise(promise, reason),
    };
  };
  const upon = (
    promise: unknown,
    onFulfilled: (value: any) => unknown,
    onRejected: (reason: unknown) => unknown,
  ): any => apply(nativeThen, promise, [onFulfilled, onRejected]);
  /** Nobody needs to hear of its rejection. */
  const quiet = <T>(promise: T): T => {
    upon(promise, nothing, nothing);
    return promise;
  };
  const resolvedWith = (value?: unknown): any => {
    const { promise, resolve } = deferred();
    resolve(value);
    return promise;
  };
  const rejectedWith = (reason: unknown): any => {
    const { promise, reject } = deferred();
    reject(reason);
    return promise;
  };
  /** A promise of what a callback of the script returns or throws. */
  const promiseOf = (run: () => unknown): any => {
    try {
      return resolvedWith(run());
    } catch (error) {
      if (rt.k.x) throw error;
      return rejectedWith(error);
    }
  };

  // ---- what scripts hand in --------------------------------------------------------------------------------------

  const isObject = (value: unknown): value is Record<string, any> =>
    (typeof value === "object" && value !== null) || typeof value === "function";
  const named = (name: string, message: string): Error => {
    const error = new Error(message);
    defineProperty(error, "name", { value: name, configurable: true, writable: true });
    return error;
  };
  /** A method of a source or sink as a function of its arguments; undefined if there is none. */
  const callback = (
    object: Record<string, any> | undefined,
    kind: string,
    name: string,
  ): ((...args: unknown[]) => unknown) | undefined => {
    const method = object?.[name];
    if (method === undefined || method === null) return undefined;
    if (typeof method !== "function") throw new TypeError(`${kind}.[[${name}]] must be a function`);
    return (...args) => apply(method, object, args);
  };
  const strategyOf = (
    strategy: any,
    usualMark: number,
  ): { highWaterMark: number; size: (chunk: unknown) => unknown } => {
    const mark = strategy?.highWaterMark;
    const highWaterMark = mark === undefined ? usualMark : Number(mark);
    if (!(highWaterMark >= 0)) throw new RangeError("highWaterMark must be a non-negative number");
    const size = strategy?.size;
    if (size === undefined) return { highWaterMark, size: () => 1 };
    if (typeof size !== "function") throw new TypeError("size must be a function");
    return { highWaterMark, size: (chunk) => apply(size, undefined, [chunk]) };
  };

  /** Chunks that wait, with their sizes. */
  class Queue {
    private items: { value: unknown; size: number }[] = [];
    total = 0;
    get isEmpty(): boolean {
      return this.items.length === 0;
    }
    push(value: unknown, sizeGiven: unknown): void {
      const size = Number(sizeGiven);
      if (!(size >= 0) || size === Infinity) throw new RangeError("size must be a finite, non-NaN number");
      this.items.push({ value, size });
      this.total += size;
    }
    peek(): unknown {
      return this.items[0]!.value;
    }
    shift(): unknown {
      const { value, size } = this.items.shift()!;
      this.total = Math.max(0, this.total - size);
      return value;
    }
    clear(): void {
      this.items = [];
      this.total = 0;
    }
  }

  // ---- readable streams ------------------------------------------------------------------------------------------

  interface ReadRequest {
    chunk(value: unknown): void;
    close(): void;
    error(reason: unknown): void;
  }
  interface Reader {
    stream: Readable | undefined;
    requests: ReadRequest[];
    closed: Deferred;
  }

  class Readable {
    state: "readable" | "closed" | "errored" = "readable";
    storedError: unknown;
    reader: Reader | undefined;
    disturbed = false;
    private readonly queue = new Queue();
    private readonly highWaterMark: number;
    private readonly size: (chunk: unknown) => unknown;
    private pullAlgorithm: (() => unknown) | undefined;
    private cancelAlgorithm: ((reason: unknown) => unknown) | undefined;
    private started = false;
    private pulling = false;
    private pullAgain = false;
    private closeRequested = false;

    constructor(init: {
      start: () => unknown;
      pull: (() => unknown) | undefined;
      cancel: ((reason: unknown) => unknown) | undefined;
      highWaterMark: number;
      size: (chunk: unknown) => unknown;
      onMade: (stream: Readable) => void;
    }) {
      this.highWaterMark = init.highWaterMark;
      this.size = init.size;
      this.pullAlgorithm = init.pull;
      this.cancelAlgorithm = init.cancel;
      init.onMade(this);
      upon(
        resolvedWith(init.start()),
        () => {
          this.started = true;
          this.callPullIfNeeded();
        },
        (reason) => this.fail(reason),
      );
    }

    // the controller's side

    get desiredSize(): number | null {
      if (this.state === "errored") return null;
      return this.state === "closed" ? 0 : this.highWaterMark - this.queue.total;
    }
    private get canClose(): boolean {
      return !this.closeRequested && this.state === "readable";
    }
    requestClose(): void {
      if (!this.canClose) throw new TypeError("cannot close or enqueue");
      this.closeRequested = true;
      if (this.queue.isEmpty) this.finish();
    }
    enqueue(chunk: unknown): void {
      if (!this.canClose) throw new TypeError("cannot close or enqueue");
      const request = this.reader?.requests.shift();
      if (request !== undefined) request.chunk(chunk);
      else {
        try {
          this.queue.push(chunk, this.size(chunk));
        } catch (error) {
          if (!rt.k.x) this.fail(error);
          throw error;
        }
      }
      this.callPullIfNeeded();
    }
    fail(reason: unknown): void {
      if (this.state !== "readable") return;
      this.queue.clear();
      this.forgetAlgorithms();
      this.state = "errored";
      this.storedError = reason;
      const { reader } = this;
      if (reader === undefined) return;
      reader.closed.reject(reason);
      quiet(reader.closed.promise);
      for (const request of reader.requests.splice(0)) request.error(reason);
    }
    private forgetAlgorithms(): void {
      this.pullAlgorithm = undefined;
      this.cancelAlgorithm = undefined;
    }
    private finish(): void {
      this.forgetAlgorithms();
      this.state = "closed";
      const { reader } = this;
      if (reader === undefined) return;
      reader.closed.resolve(undefined);
      for (const request of reader.requests.splice(0)) request.close();
    }
    private get shouldPull(): boolean {
      if (!this.canClose || !this.started) return false;
      return (this.reader?.requests.length ?? 0) > 0 || this.desiredSize! > 0;
    }
    private callPullIfNeeded(): void {
      if (!this.shouldPull) return;
      if (this.pulling) {
        this.pullAgain = true;
        return;
      }
      this.pulling = true;
      upon(
        promiseOf(() => this.pullAlgorithm?.()),
        () => {
          this.pulling = false;
          if (!this.pullAgain) return;
          this.pullAgain = false;
          this.callPullIfNeeded();
        },
        (reason) => this.fail(reason),
      );
    }

    // the consumer's side

    read(request: ReadRequest): void {
      this.disturbed = true;
      if (this.state === "closed") request.close();
      else if (this.state === "errored") request.error(this.storedError);
      else if (this.queue.isEmpty) {
        this.reader!.requests.push(request);
        this.callPullIfNeeded();
      } else this.readQueued(request);
    }
    private readQueued(request: ReadRequest): void {
      const chunk = this.queue.shift();
      if (this.closeRequested && this.queue.isEmpty) this.finish();
      else this.callPullIfNeeded();
      request.chunk(chunk);
    }
    cancel(reason: unknown): any {
      this.disturbed = true;
      if (this.state === "closed") return resolvedWith();
      if (this.state === "errored") return rejectedWith(this.storedError);
      const cancel = this.cancelAlgorithm;
      this.finish();
      this.queue.clear();
      return upon(
        promiseOf(() => cancel?.(reason)),
        nothing,
        (error) => {
          throw error;
        },
      );
    }
    lock(): Reader {
      if (this.reader !== undefined) throw new TypeError("stream is locked");
      const reader: Reader = { stream: this, requests: [], closed: deferred() };
      this.reader = reader;
      if (this.state === "closed") reader.closed.resolve();
      else if (this.state === "errored") {
        reader.closed.reject(this.storedError);
        quiet(reader.closed.promise);
      }
      return reader;
    }
    release(reader: Reader): void {
      const released = new TypeError("reader released");
      if (this.state !== "readable") reader.closed = deferred();
      reader.closed.reject(released);
      quiet(reader.closed.promise);
      this.reader = undefined;
      reader.stream = undefined;
      for (const request of reader.requests.splice(0)) request.error(released);
    }
  }

  const result = (value: unknown, done: boolean): object => ({ value, done });
  const readFrom = (reader: Reader): any => {
    if (reader.stream === undefined) return rejectedWith(new TypeError("stream is undefined"));
    const { promise, resolve, reject } = deferred();
    reader.stream.read({
      chunk: (value) => resolve(result(value, false)),
      close: () => resolve(result(undefined, true)),
      error: reject,
    });
    return promise;
  };

  class ReadableStreamDefaultController {
    readonly #stream: Readable;
    constructor(key: unknown, stream: Readable) {
      if (key !== deferred) throw new TypeError("ReadableStreamDefaultController is not constructable");
      this.#stream = stream;
    }
    get desiredSize(): number | null {
      return this.#stream.desiredSize;
    }
    enqueue(chunk?: unknown): void {
      this.#stream.enqueue(chunk);
    }
    close(): void {
      this.#stream.requestClose();
    }
    error(reason?: unknown): void {
      this.#stream.fail(reason);
    }
  }

  let readableOf: (object: unknown) => Readable | undefined;
  class ReadableStream {
    #stream!: Readable;
    constructor(source?: unknown, strategyGiven?: unknown) {
      const strategy = strategyOf(strategyGiven, 1);
      if (source !== undefined && !isObject(source)) throw new TypeError("underlyingSource must be an object");
      if (source?.type === "bytes") throw named("NotSupportedError", "'bytes' stream is not supported yet");
      if (source?.type !== undefined) throw new TypeError("invalid underlying source type");
      const start = callback(source, "underlyingSource", "start");
      const pull = callback(source, "underlyingSource", "pull");
      const cancel = callback(source, "underlyingSource", "cancel");
      let controller: ReadableStreamDefaultController;
      new Readable({
        ...strategy,
        start: () => start?.(controller),
        pull: pull && (() => pull(controller)),
        cancel,
        onMade: (stream) => {
          this.#stream = stream;
          controller = new ReadableStreamDefaultController(deferred, stream);
        },
      });
    }
    get locked(): boolean {
      return this.#stream.reader !== undefined;
    }
    cancel(reason?: unknown): unknown {
      if (this.locked) return rejectedWith(new TypeError("cannot cancel a locked stream"));
      return this.#stream.cancel(reason);
    }
    getReader(options?: any): ReadableStreamDefaultReader {
      if (options?.mode === "byob") throw named("NotSupportedError", "'byob' mode is not supported yet");
      if (options?.mode !== undefined) throw new TypeError("options.mode is not 'byob'");
      return new ReadableStreamDefaultReader(this);
    }
    tee(): ReadableStream[] {
      const reader = this.#stream.lock();
      const branches: { controller: ReadableStreamDefaultController; cancelled: boolean; reason: unknown }[] = [];
      const cancelled = deferred();
      let reading = false;
      let readAgain = false;
      const pull = (): unknown => {
        if (reading) {
          readAgain = true;
          return undefined;
        }
        reading = true;
        upon(
          readFrom(reader),
          ({ value, done }) => {
            reading = false;
            const open = branches.filter((branch) => !branch.cancelled);
            if (done) {
              for (const { controller } of open) controller.close();
              cancelled.resolve();
              return;
            }
            for (const { controller } of open) controller.enqueue(value);
            if (readAgain) {
              readAgain = false;
              pull();
            }
          },
          nothing,
        );
        return undefined;
      };
      const branch = (): ReadableStream =>
        new ReadableStream({
          start(controller: ReadableStreamDefaultController) {
            branches.push({ controller, cancelled: false, reason: undefined });
          },
          pull,
          cancel: cancelOf(branches.length),
        });
      const cancelOf = (index: number) => (reason: unknown) => {
        Object.assign(branches[index]!, { cancelled: true, reason });
        if (branches.every((one) => one.cancelled))
          cancelled.resolve(reader.stream?.cancel(branches.map((one) => one.reason)));
        return cancelled.promise;
      };
      const both = [branch(), branch()];
      upon(reader.closed.promise, nothing, (reason) => {
        for (const { controller } of branches) controller.error(reason);
        cancelled.resolve();
      });
      return both;
    }
    [Symbol.asyncIterator](): object {
      const reader = this.#stream.lock();
      const release = (): void => reader.stream?.release(reader);
      return {
        next: () =>
          upon(
            readFrom(reader),
            (read) => {
              if (read.done) release();
              return read;
            },
            (reason) => {
              release();
              throw reason;
            },
          ),
        return(value: unknown) {
          const cancelled = reader.stream?.cancel(value) ?? resolvedWith();
          release();
          return upon(
            cancelled,
            () => result(value, true),
            (reason) => {
              throw reason;
            },
          );
        },
        [Symbol.asyncIterator]() {
          return this;
        },
      };
    }
    static {
      readableOf = (object) =>
        isObject(object) && #stream in object ? (object as unknown as ReadableStream).#stream : undefined;
    }
  }

  class ReadableStreamDefaultReader {
    readonly #reader: Reader;
    constructor(stream?: unknown) {
      const readable = readableOf(stream);
      if (readable === undefined) throw new TypeError("ReadableStreamDefaultReader argument must be a ReadableStream");
      this.#reader = readable.lock();
    }
    get closed(): unknown {
      return this.#reader.closed.promise;
    }
    read(): unknown {
      return readFrom(this.#reader);
    }
    cancel(reason?: unknown): unknown {
      const { stream } = this.#reader;
      return stream === undefined ? rejectedWith(new TypeError("stream is undefined")) : stream.cancel(reason);
    }
    releaseLock(): void {
      this.#reader.stream?.release(this.#reader);
    }
  }

  class CountQueuingStrategy {
    readonly highWaterMark: number;
    readonly size: () => number;
    constructor(...args: any[]) {
      const [init] = args;
      if (args.length !== 1) throw new TypeError("CountQueuingStrategy takes a single argument");
      if (!isObject(init)) throw new TypeError("CountQueuingStrategy argument must be an object");
      if (init.highWaterMark === undefined) {
        throw new TypeError("CountQueuingStrategy argument must have 'highWaterMark' property");
      }
      this.highWaterMark = Number(init.highWaterMark);
      this.size = () => 1;
    }
  }

  // ---- writable streams ------------------------------------------------------------------------------------------

  const CLOSE = {};
  interface Writer {
    stream: Writable | undefined;
    closed: Deferred;
    ready: Deferred;
    isReady: boolean;
  }

  class Writable {
    state: "writable" | "erroring" | "errored" | "closed" = "writable";
    storedError: unknown;
    writer: Writer | undefined;
    backpressure = false;
    private readonly queue = new Queue();
    private readonly highWaterMark: number;
    private readonly size: (chunk: unknown) => unknown;
    private readonly sink: Record<"write" | "close" | "abort", ((...args: any[]) => unknown) | undefined>;
    private started = false;
    private writeRequests: Deferred[] = [];
    private inFlightWrite: Deferred | undefined;
    private closeRequest: Deferred | undefined;
    private inFlightClose: Deferred | undefined;
    private pendingAbort: { deferred: Deferred; reason: unknown; wasErroring: boolean } | undefined;

    constructor(init: {
      start: () => unknown;
      sink: Writable["sink"];
      highWaterMark: number;
      size: (chunk: unknown) => unknown;
      onMade: (stream: Writable) => void;
    }) {
      this.highWaterMark = init.highWaterMark;
      this.size = init.size;
      this.sink = init.sink;
      this.backpressure = this.desiredSize! <= 0;
      init.onMade(this);
      upon(
        resolvedWith(init.start()),
        () => {
          this.started = true;
          this.advance();
        },
        (reason) => {
          this.started = true;
          this.dealWithRejection(reason);
        },
      );
    }

    get desiredSize(): number | null {
      if (this.state === "errored" || this.state === "erroring") return null;
      return this.state === "closed" ? 0 : this.highWaterMark - this.queue.total;
    }
    get isClosing(): boolean {
      return this.closeRequest !== undefined || this.inFlightClose !== undefined;
    }

    lock(): Writer {
      if (this.writer !== undefined) throw new TypeError("stream is locked");
      const writer: Writer = { stream: this, closed: deferred(), ready: deferred(), isReady: false };
      this.writer = writer;
      if (this.state === "writable") {
        if (this.isClosing || !this.backpressure) this.makeReady(writer);
      } else if (this.state === "closed") {
        this.makeReady(writer);
        writer.closed.resolve();
      } else {
        this.rejectReady(writer, this.storedError);
        if (this.state === "errored") {
          writer.closed.reject(this.storedError);
          quiet(writer.closed.promise);
        }
      }
      return writer;
    }
    release(writer: Writer): void {
      const released = new TypeError("writer released");
      this.rejectReady(writer, released);
      if (this.state === "closed" || this.state === "errored") writer.closed = deferred();
      writer.closed.reject(released);
      quiet(writer.closed.promise);
      this.writer = undefined;
      writer.stream = undefined;
    }
    private makeReady(writer: Writer): void {
      writer.isReady = true;
      writer.ready.resolve();
    }
    private rejectReady(writer: Writer, reason: unknown): void {
      if (writer.isReady) writer.ready = deferred();
      writer.isReady = true;
      writer.ready.reject(reason);
      quiet(writer.ready.promise);
    }
    private updateBackpressure(): void {
      const backpressure = this.desiredSize! <= 0;
      const { writer } = this;
      if (writer !== undefined && backpressure !== this.backpressure) {
        if (backpressure) {
          writer.ready = deferred();
          writer.isReady = false;
        } else this.makeReady(writer);
      }
      this.backpressure = backpressure;
    }

    write(writer: Writer, chunk: unknown): any {
      let size: unknown = 1;
      try {
        size = this.state === "writable" ? this.size(chunk) : 1;
      } catch (error) {
        if (rt.k.x) throw error;
        this.fail(error);
      }
      if (writer.stream !== this) return rejectedWith(new TypeError("writer was released"));
      if (this.state === "errored") return rejectedWith(this.storedError);
      if (this.isClosing || this.state === "closed") return rejectedWith(new TypeError("stream is closing or closed"));
      if (this.state === "erroring") return rejectedWith(this.storedError);
      const request = deferred();
      this.writeRequests.push(request);
      try {
        this.queue.push(chunk, size);
      } catch (error) {
        this.fail(error);
        return request.promise;
      }
      if (!this.isClosing) this.updateBackpressure();
      this.advance();
      return request.promise;
    }
    close(): any {
      if (this.state === "closed" || this.state === "errored")
        return rejectedWith(new TypeError("stream is already closed or errored"));
      const request = deferred();
      this.closeRequest = request;
      if (this.writer !== undefined && this.backpressure && this.state === "writable") this.makeReady(this.writer);
      this.queue.push(CLOSE, 0);
      this.advance();
      return request.promise;
    }
    abort(reason: unknown): any {
      if (this.state === "closed" || this.state === "errored") return resolvedWith();
      if (this.pendingAbort !== undefined) return this.pendingAbort.deferred.promise;
      const wasErroring = this.state === "erroring";
      const pending = { deferred: deferred(), reason: wasErroring ? undefined : reason, wasErroring };
      this.pendingAbort = pending;
      if (!wasErroring) this.startErroring(reason);
      return pending.deferred.promise;
    }
    /** The controller's error(). */
    fail(reason: unknown): void {
      if (this.state === "writable") this.startErroring(reason);
    }

    private advance(): void {
      if (!this.started || this.inFlightWrite !== undefined || this.inFlightClose !== undefined) return;
      if (this.state === "erroring") this.finishErroring();
      else if (this.state === "writable" && !this.queue.isEmpty) {
        if (this.queue.peek() === CLOSE) this.processClose();
        else this.processWrite(this.queue.peek());
      }
    }
    private processClose(): void {
      this.inFlightClose = this.closeRequest;
      this.closeRequest = undefined;
      this.queue.shift();
      upon(
        promiseOf(() => this.sink.close?.()),
        () => {
          this.inFlightClose!.resolve();
          this.inFlightClose = undefined;
          if (this.state === "erroring") {
            this.storedError = undefined;
            this.pendingAbort?.deferred.resolve();
            this.pendingAbort = undefined;
          }
          this.state = "closed";
          this.writer?.closed.resolve();
        },
        (reason) => {
          this.inFlightClose!.reject(reason);
          this.inFlightClose = undefined;
          this.pendingAbort?.deferred.reject(reason);
          this.pendingAbort = undefined;
          this.dealWithRejection(reason);
        },
      );
    }
    private processWrite(chunk: unknown): void {
      this.inFlightWrite = this.writeRequests.shift();
      upon(
        promiseOf(() => this.sink.write?.(chunk)),
        () => {
          this.inFlightWrite!.resolve();
          this.inFlightWrite = undefined;
          this.queue.shift();
          if (!this.isClosing && this.state === "writable") this.updateBackpressure();
          this.advance();
        },
        (reason) => {
          this.inFlightWrite!.reject(reason);
          this.inFlightWrite = undefined;
          this.dealWithRejection(reason);
        },
      );
    }
    private dealWithRejection(reason: unknown): void {
      if (this.state === "writable") this.startErroring(reason);
      else if (this.state === "erroring") this.finishErroring();
    }
    private startErroring(reason: unknown): void {
      this.state = "erroring";
      this.storedError = reason;
      if (this.writer !== undefined) this.rejectReady(this.writer, reason);
      if (this.inFlightWrite === undefined && this.inFlightClose === undefined && this.started) this.finishErroring();
    }
    private finishErroring(): void {
      this.state = "errored";
      this.queue.clear();
      for (const request of this.writeRequests.splice(0)) request.reject(this.storedError);
      const pending = this.pendingAbort;
      this.pendingAbort = undefined;
      if (pending === undefined || pending.wasErroring) {
        pending?.deferred.reject(this.storedError);
        this.rejectClosed();
        return;
      }
      upon(
        promiseOf(() => this.sink.abort?.(pending.reason)),
        () => {
          pending.deferred.resolve();
          this.rejectClosed();
        },
        (reason) => {
          pending.deferred.reject(reason);
          this.rejectClosed();
        },
      );
    }
    private rejectClosed(): void {
      this.closeRequest?.reject(this.storedError);
      this.closeRequest = undefined;
      if (this.writer === undefined) return;
      this.writer.closed.reject(this.storedError);
      quiet(this.writer.closed.promise);
    }
  }

  class WritableStreamDefaultController {
    readonly #stream: Writable;
    constructor(key: unknown, stream: Writable) {
      if (key !== deferred) throw new TypeError("WritableStreamDefaultController is not constructable");
      this.#stream = stream;
    }
    error(reason?: unknown): void {
      this.#stream.fail(reason);
    }
  }

  let writableOf: (object: unknown) => Writable | undefined;
  class WritableStream {
    #stream!: Writable;
    constructor(sink?: unknown, strategyGiven?: unknown) {
      const strategy = strategyOf(strategyGiven, 1);
      if (sink !== undefined && !isObject(sink)) throw new TypeError("underlyingSink must be an object");
      if (sink?.type !== undefined) throw new RangeError("'type' is not supported by WritableStream");
      const start = callback(sink, "underlyingSink", "start");
      const write = callback(sink, "underlyingSink", "write");
      const close = callback(sink, "underlyingSink", "close");
      const abort = callback(sink, "underlyingSink", "abort");
      let controller: WritableStreamDefaultController;
      new Writable({
        ...strategy,
        start: () => start?.(controller),
        sink: { write: write && ((chunk) => write(chunk, controller)), close, abort },
        onMade: (stream) => {
          this.#stream = stream;
          controller = new WritableStreamDefaultController(deferred, stream);
        },
      });
    }
    get locked(): boolean {
      return this.#stream.writer !== undefined;
    }
    abort(reason?: unknown): unknown {
      if (this.locked) return rejectedWith(new TypeError("cannot abort a locked stream"));
      return this.#stream.abort(reason);
    }
    close(): unknown {
      if (this.locked) return rejectedWith(new TypeError("cannot close a locked stream"));
      if (this.#stream.isClosing) return rejectedWith(new TypeError("stream is already closing"));
      return this.#stream.close();
    }
    getWriter(): WritableStreamDefaultWriter {
      return new WritableStreamDefaultWriter(this);
    }
    static {
      writableOf = (object) =>
        isObject(object) && #stream in object ? (object as unknown as WritableStream).#stream : undefined;
    }
  }

  class WritableStreamDefaultWriter {
    readonly #writer: Writer;
    constructor(stream?: unknown) {
      const writable = writableOf(stream);
      if (writable === undefined) throw new TypeError("WritableStreamDefaultWriter argument must be a WritableStream");
      this.#writer = writable.lock();
    }
    get closed(): unknown {
      return this.#writer.closed.promise;
    }
    get ready(): unknown {
      return this.#writer.ready.promise;
    }
    get desiredSize(): number | null {
      const { stream } = this.#writer;
      if (stream === undefined) throw new TypeError("stream is undefined");
      return stream.desiredSize;
    }
    write(chunk?: unknown): unknown {
      const { stream } = this.#writer;
      return stream === undefined
        ? rejectedWith(new TypeError("stream is undefined"))
        : stream.write(this.#writer, chunk);
    }
    close(): unknown {
      const { stream } = this.#writer;
      if (stream === undefined) return rejectedWith(new TypeError("stream is undefined"));
      return stream.isClosing ? rejectedWith(new TypeError("stream is already closing")) : stream.close();
    }
    abort(reason?: unknown): unknown {
      const { stream } = this.#writer;
      return stream === undefined ? rejectedWith(new TypeError("stream is undefined")) : stream.abort(reason);
    }
    releaseLock(): void {
      this.#writer.stream?.release(this.#writer);
    }
  }

  const exported: Record<string, unknown> = {
    CountQueuingStrategy,
    ReadableStream,
    ReadableStreamDefaultReader,
    WritableStream,
    WritableStreamDefaultWriter,
  };
  // a bundler may have renamed the classes
  for (const name of Object.keys(exported))
    defineProperty(exported[name] as object, "name", { value: name, configurable: true });
  return exported;
}
