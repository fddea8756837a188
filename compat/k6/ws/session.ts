/**
 * One run of `ws.connect`: a queue of what happens on the connection, served while the VU is blocked.
 *
 * Handlers are called in the order of things and of adding; what happens while a handler is blocked waits. The connection
 * is closed once, by whoever comes first: then the close frame is sent, the close handlers are called, and what still
 * waits is dropped. An exception of a handler leaves `connect`, after the close handlers.
 *
 * Behaviour: k6 docs, javascript-api/k6-ws, and what k6 v2.2.0 does.
 */
import { type Block, spareTopTier, type Vu } from "../../../src/module-api.ts";
import type { Handshake, WebSocketEnd } from "../../../src/websocket-api.ts";
import { Client, type DialTarget, type SocketThread } from "../websockets/client.ts";
import type { SessionTimer } from "./session-timer.ts";
import { closeError, plainError } from "./socket-error.ts";

type Steps = Generator<unknown, unknown, any> | undefined;

/** Something that happened; told apart from functions to spare closures for messages and timers. */
export interface Happening {
  run(): Steps;
}

/** How dialling ended. */
export interface Dialled {
  error: string | undefined;
  handshake: Handshake | undefined;
}

const NORMAL_CLOSURE = 1000;
const GOING_AWAY = 1001;
const CLOSE_SENT = "websocket: close sent";
const NONE: readonly unknown[] = [];
const byDueTime = (a: SessionTimer, b: SessionTimer): number => a.dueMs - b.dueMs;

/** Entries of the queue that have been served are cut off when there are this many. */
const SERVED_MAX = 256;

export class Session extends Client implements Block {
  readonly what = "ws.connect()";
  private readonly handlers = new Map<string, readonly unknown[]>();
  private dialled: Dialled | undefined;
  private isServing = false;
  private isWaiting = false;
  private queue: Happening[] = [];
  private served = 0;
  private isClosed = false;
  /** Nothing can be sent any more: a close frame is out. */
  private isCloseSent = false;
  /** Why nothing can be sent any more: the connection is broken. */
  private writeError: string | undefined;
  private readonly timers = new Set<SessionTimer>();

  /** What to dial when it is known whether the VU can be suspended. */
  private target: DialTarget | undefined;

  constructor(thread: SocketThread, target: DialTarget) {
    super(thread, target.params.tags);
    this.target = target;
  }

  // ---- what the connection reports -------------------------------------------------------------------------------

  protected opened(handshake: Handshake, atMs: number): void {
    this.recordConnecting(atMs);
    this.dialled = { error: undefined, handshake };
    this.wake();
  }

  protected failed(error: string, handshake: Handshake | undefined, atMs: number): void {
    this.recordConnecting(atMs);
    this.dialled = { error, handshake };
    this.wake();
  }

  protected subprotocolTag(handshake: Handshake): string {
    return handshake.protocol;
  }

  onMessage(data: string | Uint8Array<ArrayBuffer>, atMs: number): void {
    this.happen({ run: () => this.deliver(data, atMs) });
  }

  private deliver(data: string | Uint8Array<ArrayBuffer>, atMs: number): Steps {
    this.record(this.thread.received, 1, atMs);
    if (typeof data === "string") return this.fire("message", [data]);
    if (!this.handlers.has("binaryMessage")) return undefined;
    return this.fire("binaryMessage", [this.thread.runtime.rt.bytes(data).buffer]);
  }

  onPing(): void {
    this.happen({ run: () => this.fire("ping", NONE) });
  }

  onPong(payload: Uint8Array, atMs: number): void {
    this.happen({
      run: () => {
        this.trackPong(Buffer.from(payload).toString(), atMs);
        return this.fire("pong", NONE);
      },
    });
  }

  protected closed(end: WebSocketEnd): void {
    const { closeFrameReceived, code, reason, error, protocolError, readError } = end;
    this.writeError = end.writeError;
    const isCloseError = closeFrameReceived || (error !== undefined && !protocolError && !readError);
    if (!isCloseError) {
      // The peer was told what was wrong, and that was the close frame.
      if (protocolError) this.isCloseSent = true;
      this.happen({ run: () => this.close(GOING_AWAY) });
      return;
    }
    if (code !== NORMAL_CLOSURE && code !== GOING_AWAY) {
      this.happen({
        run: () => this.fire("error", [closeError(this.thread.runtime.rt, { code, reason, text: error })]),
      });
    }
    this.happen({ run: () => this.close(code) });
  }

  contextEnded(): void {
    if (this.isConnected) this.shut();
    else this.cancelDial();
    this.finish();
  }

  // ---- the VU's side ---------------------------------------------------------------------------------------------

  /** Waits until dialling has ended. */
  *connected(): Generator<unknown, Dialled, any> {
    this.vu.announce(this);
    yield;
    return this.dialled!;
  }

  /** Calls the open handlers, then serves what happens until the connection is closed. */
  *serve(): Generator<unknown, void, any> {
    this.isServing = true;
    const opening = this.fire("open", NONE);
    if (opening !== undefined) yield* opening;
    while (!this.isClosed) {
      if (!this.hasNews) {
        this.vu.announce(this);
        yield;
        continue;
      }
      const next = this.queue[this.served++]!;
      if (this.served === SERVED_MAX || this.served === this.queue.length) {
        this.queue.splice(0, this.served);
        this.served = 0;
      }
      const steps = next.run();
      if (steps !== undefined) yield* steps;
    }
  }

  /** Adds to what is to be served. */
  happen(happening: Happening): void {
    if (this.isClosed) return;
    this.queue.push(happening);
    this.wake();
  }

  private get hasNews(): boolean {
    if (!this.isServing) return this.dialled !== undefined;
    return this.isClosed || (this.served < this.queue.length && !this.connection!.isBackedUp);
  }

  /** In k6 a script waits in send() itself until the kernel has taken it all; here it does so when its handler has ended. */
  onDrain(): void {
    this.wake();
  }

  private wake(): void {
    if (!this.isWaiting || !this.hasNews) return;
    this.isWaiting = false;
    this.vu.unblock(this, undefined);
  }

  start(vu: Vu): void {
    if (this.target !== undefined) {
      this.dial(this.target);
      this.target = undefined;
    }
    if (this.hasNews) vu.unblock(this, undefined);
    else this.isWaiting = true;
  }

  cancel(): void {
    this.isWaiting = false;
  }

  /** The VU cannot be suspended: another thread holds the connection, and this one waits for what happens there. */
  waitOnThread(vu: Vu): void {
    const { clock, rt } = vu.runtime;
    if (this.target !== undefined) {
      this.dialRemote(this.target);
      this.target = undefined;
    }
    while (!this.hasNews) {
      let dueMs = Number.POSITIVE_INFINITY;
      for (const timer of this.timers) dueMs = Math.min(dueMs, timer.dueMs);
      if (!this.remote!.wait(dueMs - clock.nowMs())) {
        vu.interrupted = true;
        rt.interrupt();
      }
      // The thread's own timers stand still, too.
      for (const timer of [...this.timers].sort(byDueTime)) if (timer.dueMs <= clock.nowMs()) timer.fireNow();
    }
  }

  // ---- handlers --------------------------------------------------------------------------------------------------

  on(event: string, handler: unknown): void {
    this.handlers.set(event, [...(this.handlers.get(event) ?? NONE), handler]);
  }

  /** Calls the handlers of an event; returns what is left to run if one of them blocks. */
  fire(event: string, args: readonly unknown[]): Steps {
    const handlers = this.handlers.get(event);
    if (handlers === undefined) return undefined;
    for (let i = 0; i < handlers.length; i++) {
      const rest = this.vu.callNow(handlers[i], args);
      if (rest !== undefined) return this.fireRest(rest, handlers, i + 1, args);
    }
    return undefined;
  }

  private *fireRest(
    rest: Generator<unknown, unknown, any>,
    handlers: readonly unknown[],
    next: number,
    args: readonly unknown[],
  ): Generator<unknown, unknown, any> {
    yield* rest;
    for (let i = next; i < handlers.length; i++) yield* this.vu.call(handlers[i], undefined, [...args]);
    return undefined;
  }

  // ---- what the script asks for ----------------------------------------------------------------------------------

  /** Sends a message, or tells the error handlers why not; counts it either way, as k6 does. */
  send(data: string | Uint8Array<ArrayBuffer>): Steps {
    const problem = this.sendProblem;
    if (problem === undefined) {
      this.connection!.send(data);
      this.recordSent();
      return undefined;
    }
    const failing = this.fireError(problem);
    if (failing === undefined) this.recordSent();
    return failing === undefined ? undefined : this.sentAfter(failing);
  }

  private *sentAfter(failing: Generator<unknown, unknown, any>): Generator<unknown, unknown, any> {
    yield* failing;
    this.recordSent();
    return undefined;
  }

  private recordSent(): void {
    this.record(this.thread.sent, 1, this.thread.runtime.clock.nowMs());
  }

  ping(): Steps {
    const problem = this.sendProblem;
    if (problem !== undefined) return this.fireError(problem);
    this.sendPing();
    return undefined;
  }

  /** Why a frame cannot be sent, if it cannot. */
  private get sendProblem(): string | undefined {
    return this.isCloseSent ? CLOSE_SENT : this.writeError;
  }

  private fireError(text: string): Steps {
    return this.fire("error", [plainError(this.thread.runtime.rt, text)]);
  }

  addTimer(timer: SessionTimer): void {
    if (this.isClosed) return;
    this.timers.add(timer);
    timer.arm();
  }

  dropTimer(timer: SessionTimer): void {
    this.timers.delete(timer);
  }

  /** Closes the connection, once: close frame, close handlers, the end. */
  close(code: number): Steps {
    if (this.isClosed) return undefined;
    this.isClosed = true;
    this.stopTimers();
    return this.closing(code);
  }

  private *closing(code: number): Generator<unknown, unknown, any> {
    const failed = this.sendProblem;
    if (!this.isCloseSent) this.connection!.close(code, "");
    // a close frame that could not be written is not out: each further attempt meets the broken connection again
    if (failed === undefined) this.isCloseSent = true;
    try {
      const failing = failed === undefined ? undefined : this.fireError(failed);
      if (failing !== undefined) yield* failing;
      const telling = this.fire("close", [code]);
      if (telling !== undefined) yield* telling;
    } finally {
      this.connection!.terminate();
    }
    return undefined;
  }

  private stopTimers(): void {
    for (const timer of this.timers) timer.disarm();
    this.timers.clear();
  }

  /** Ends the connection without asking the script. */
  private shut(): void {
    this.isClosed = true;
    this.stopTimers();
    if (!this.isCloseSent) this.connection!.close(GOING_AWAY, "");
    this.isCloseSent = true;
    this.connection!.terminate();
  }

  /** `connect` returns or is left. */
  over(): void {
    if (this.isConnected) this.shut();
    // k6 still begins the close handlers, and it is there that test.abort() stops the script
    const handlers = this.handlers.get("close");
    if (this.vu.extras.endedTest && handlers !== undefined) this.thread.runtime.test.stoppedIn?.(handlers.at(-1));
    const nowMs = this.thread.runtime.clock.nowMs();
    this.record(this.thread.sessionDuration, nowMs - this.startMs, this.startMs);
    this.finish();
  }
}

spareTopTier(Session);
