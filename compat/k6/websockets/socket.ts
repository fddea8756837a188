/**
 * One `WebSocket` of a script: its states, its listeners, and the order in which they hear of things.
 *
 * Whatever comes from the connection becomes a task of the socket's own queue, which keeps the iteration alive until the
 * close event is through. A task calls its listeners one after the other, the `on...` handler first, each followed by
 * the promise reactions that it caused. An exception in an open or message listener ends the connection without a close
 * frame, is told to the error and close listeners, and then fails the iteration.
 *
 * The path of a message is hot (bench row ws-pingpong): one task object, one event, no closure and no generator unless
 * a listener blocks.
 *
 * Behaviour: k6 docs, javascript-api/k6-websockets, and what k6 v2.2.0 does.
 */
import {
  BareGoError,
  bytesOf,
  GoError,
  isArrayBuffer,
  spareTopTier,
  TaskQueue,
  typedArrayName,
  type VuRuntime,
} from "../../../src/module-api.ts";
import { closeErrorText, type Handshake, type WebSocketEnd } from "../../../src/websocket-api.ts";
import { Blob, type BlobMaker } from "./blob.ts";
import { Client, OWN_FLAG, SocketThread } from "./client.ts";
import { CLOSE, ERROR, EVENT_TYPES, type EventMaker, ignoresEvent, MESSAGE, OPEN, PING, PONG } from "./events.ts";
import { goTypeName } from "./go-value.ts";
import type { SocketParams } from "./params.ts";

export const ReadyState = { Connecting: 0, Open: 1, Closing: 2, Closed: 3 } as const;

/** Close codes with which k6's client sees no error. */
const NORMAL_CLOSURE = 1000;
const GOING_AWAY = 1001;
/** RFC 6455, section 5.5: what a control frame holds, without the code. */
const CLOSE_REASON_BYTES_MAX = 123;

/** Some listener sees the events of messages. */
const MESSAGES_SEEN = OWN_FLAG;

const EXTENSIONS = "sec-websocket-extensions";
const NONE: readonly unknown[] = [];

type Steps = Generator<unknown, unknown, any> | undefined;

/** A listener that is called once and then forgotten; others are kept as the functions that they are. */
class Once {
  readonly listener: unknown;
  constructor(listener: unknown) {
    this.listener = listener;
  }
}

/** Who hears of one type of event, if they are more than an `on...` handler. */
interface Listeners {
  handler: unknown;
  /** Never changed but replaced. */
  added: readonly unknown[];
}

/** What the sockets of one thread need besides what they share with `k6/ws`. */
export class SocketMakers extends SocketThread {
  readonly events: EventMaker;
  readonly blobs: BlobMaker;
  constructor(runtime: VuRuntime, events: EventMaker, blobs: BlobMaker) {
    super(runtime);
    this.events = events;
    this.blobs = blobs;
  }
}

/** What is the same for most sockets; one that differs has a copy. */
interface Particulars {
  readonly binaryType: "blob" | "arraybuffer";
  readonly protocol: string;
  readonly extensions: readonly string[];
  /** Of the close that was asked for or that came; 0 for none. */
  readonly closeCode: number;
  readonly closeReason: string;
  /** The reason of a close frame that was asked for before there was a connection. */
  readonly closeWanted: string | undefined;
}

const USUAL: Particulars = {
  binaryType: "blob",
  protocol: "",
  extensions: [],
  closeCode: 0,
  closeReason: "",
  closeWanted: undefined,
};

/** Of sockets that give ArrayBuffers and are usual otherwise. */
const USUAL_BYTES: Particulars = { ...USUAL, binaryType: "arraybuffer" };

/** How a socket came to its end. */
interface SocketEnd {
  /** For the error listeners. */
  error: string | undefined;
  atMs: number;
  /** The answer that refused it. */
  handshake?: Handshake | undefined;
  /** It was a session whose length is measured. */
  isSession: boolean;
}

/** A message on its way to its socket. */
class MessageTask {
  socket: Socket | undefined;
  data: string | Uint8Array<ArrayBuffer> = "";
  atMs = 0;
  run(): Steps {
    return this.socket!.deliver(this.data, this.atMs);
  }
}

/** The message that is delivered at once: most find their VU with nothing else to do, and need no task of their own. */
const current = new MessageTask();

export class Socket extends Client {
  declare readonly thread: SocketMakers;
  /** The script's object; events name it as their target. */
  object!: object;
  readonly url: string;
  readyState: number = ReadyState.Connecting;
  particulars = USUAL;
  private readonly tasks: TaskQueue;
  /** By type; a handler alone stands for itself, as most do. */
  private listeners: unknown[] | undefined;
  /** Bytes given to `send` in the turn `sentInTurn`. */
  private sentBytes = 0;
  private sentInTurn = -1;

  constructor(thread: SocketMakers, init: { url: string; params: SocketParams; protocols: readonly string[] }) {
    super(thread, init.params.tags);
    this.url = init.url;
    this.tasks = new TaskQueue(this.vu.loop);
    this.dial(init);
  }

  set binaryType(binaryType: "blob" | "arraybuffer") {
    if (binaryType === this.particulars.binaryType) return;
    if (this.particulars === USUAL) this.particulars = USUAL_BYTES;
    else this.differ({ binaryType });
  }

  private differ(particulars: Partial<Particulars>): void {
    this.particulars = { ...this.particulars, ...particulars };
  }

  // ---- what the connection reports -------------------------------------------------------------------------------

  protected opened(handshake: Handshake, atMs: number): void {
    this.answer(handshake, handshake.protocol);
    this.recordConnecting(atMs);
    const { closeWanted } = this.particulars;
    if (closeWanted !== undefined) this.sendClose(closeWanted);
    this.tasks.queue(() => {
      if (this.readyState !== ReadyState.Connecting) return undefined;
      this.readyState = ReadyState.Open;
      return this.fire(OPEN, this.plainEvent(OPEN, atMs));
    });
  }

  protected failed(error: string, handshake: Handshake | undefined, atMs: number): void {
    if (handshake !== undefined) this.answer(handshake, "");
    else this.setNames();
    this.recordConnecting(atMs);
    this.tasks.queue(() => this.end({ error, atMs, handshake, isSession: false }));
  }

  private answer(handshake: Handshake, protocol: string): void {
    const extensions: string[] = [];
    for (const [name, value] of handshake.headers)
      if (name.length === EXTENSIONS.length && name.toLowerCase() === EXTENSIONS) extensions.push(value);
    if (protocol !== "" || extensions.length > 0) this.differ({ protocol, extensions });
    this.setNames();
  }

  /** A name that the script gave is the URL, too; without one the URL is the name. */
  private setNames(): void {
    const name = this.tags.get("name");
    this.setSystemTag("url", name ?? this.url);
    if (name === undefined) this.setSystemTag("name", this.url);
  }

  protected subprotocolTag(handshake: Handshake): string {
    return this.isConnected ? handshake.protocol : "";
  }

  onMessage(data: string | Uint8Array<ArrayBuffer>, atMs: number): void {
    current.socket = this;
    current.data = data;
    current.atMs = atMs;
    if (this.tasks.runNow(current, atMs)) {
      current.data = "";
      return;
    }
    const task = new MessageTask();
    task.socket = this;
    task.data = data;
    task.atMs = atMs;
    this.tasks.queue(task);
  }

  onPing(_payload: Uint8Array, atMs: number): void {
    this.tasks.queue(() => this.fire(PING, this.plainEvent(PING, atMs)));
  }

  onPong(payload: Uint8Array, atMs: number): void {
    this.tasks.queue(() => {
      const id = Buffer.from(payload).toString();
      if (!this.trackPong(id, atMs)) {
        this.thread.runtime.log.log("warning", `received pong for unknown ping ID ${id}`);
      }
      return this.fire(PONG, this.plainEvent(PONG, atMs));
    });
  }

  protected closed({ closeFrameReceived, code, reason, error, protocolError, readError, atMs }: WebSocketEnd): void {
    this.tasks.queue(() => {
      if (this.readyState === ReadyState.Closed) return undefined;
      const isCloseError = closeFrameReceived || (error !== undefined && !protocolError && !readError);
      if (!isCloseError) return this.end({ error: undefined, atMs, isSession: true });
      this.differ({ closeCode: code, closeReason: reason });
      const isNormal = code === NORMAL_CLOSURE || code === GOING_AWAY;
      const text = isNormal ? undefined : (error ?? closeErrorText(code, reason));
      return this.end({ error: text, atMs, isSession: true });
    });
  }

  contextEnded(): void {
    if (this.readyState === ReadyState.Closed) return;
    if (!this.isConnected) {
      this.cancelDial();
      return;
    }
    this.tasks.queue(() => this.close(NORMAL_CLOSURE, ""));
    this.terminateSoon();
  }

  // ---- events ----------------------------------------------------------------------------------------------------

  /** Internal: the task of a message. */
  deliver(data: string | Uint8Array<ArrayBuffer>, atMs: number): Steps {
    if (this.readyState !== ReadyState.Open) return undefined;
    const { thread } = this;
    this.record(thread.received, 1, atMs);
    if (!this.hears(MESSAGE)) return undefined;
    // what nobody can see is not made: an event takes 0.3 us, a Blob more
    if ((this.flags & MESSAGES_SEEN) === 0) return this.fire(MESSAGE, undefined);
    const content = typeof data === "string" ? data : this.binary(data);
    const event = thread.events.message(this.object, atMs + thread.epochOffsetMs, content, this.url);
    return this.fire(MESSAGE, event);
  }

  private binary(data: Uint8Array<ArrayBuffer>): unknown {
    if (this.particulars.binaryType === "blob") return this.thread.blobs.make(data, "");
    return this.thread.runtime.rt.bytes(data).buffer;
  }

  private plainEvent(type: number, atMs: number): object {
    return this.thread.events.plain(EVENT_TYPES[type]!, this.object, atMs + this.thread.epochOffsetMs);
  }

  private hears(type: number): boolean {
    const heard = this.listeners?.[type];
    if (typeof heard !== "object") return heard !== undefined;
    const { handler, added } = heard as Listeners;
    return handler !== undefined || added.length > 0;
  }

  /** Calls the listeners that a type has now, the handler first; returns what is left to run if one of them blocks. */
  private fire(type: number, event: object | undefined): Steps {
    const heard = this.listeners?.[type];
    const handler = typeof heard === "object" ? (heard as Listeners).handler : heard;
    const added = typeof heard === "object" ? (heard as Listeners).added : NONE;
    let isAdded = false;
    try {
      if (handler !== undefined) {
        const rest = this.vu.invokeNow(handler, event);
        if (rest !== undefined) return this.fireRest(type, event, { rest, added, next: 0 });
      }
      isAdded = true;
      for (let i = 0; i < added.length; i++) {
        const rest = this.vu.invokeNow(this.take(type, added[i]), event);
        if (rest !== undefined) return this.fireRest(type, event, { rest, added, next: i + 1 });
      }
    } catch (error) {
      return this.broken(type, isAdded ? this.unwrapped(error) : error);
    }
    return undefined;
  }

  private *fireRest(
    type: number,
    event: object | undefined,
    from: { rest: Generator<unknown, unknown, any>; added: readonly unknown[]; next: number },
  ): Generator<unknown, unknown, any> {
    const { rest, added } = from;
    let isAdded = from.next > 0;
    try {
      yield* rest;
      isAdded = true;
      for (let i = from.next; i < added.length; i++) {
        yield* this.vu.invoke(this.take(type, added[i]), undefined, [event]);
      }
    } catch (error) {
      yield* this.broken(type, isAdded ? this.unwrapped(error) : error);
    }
    return undefined;
  }

  /** What k6 sees of an exception of an added listener, which it calls as a function of Go that returns an error. */
  private unwrapped(error: unknown): unknown {
    return error instanceof this.thread.runtime.rt.GoError ? new BareGoError((error as Error).message) : error;
  }

  /** The function to call for an added listener; one that is called once is taken off the list. */
  private take(type: number, entry: unknown): unknown {
    if (!(entry instanceof Once)) return entry;
    const heard = this.listeners![type] as Listeners;
    heard.added = heard.added.filter((other) => other !== entry);
    return entry.listener;
  }

  /** A listener threw. */
  private *broken(type: number, error: unknown): Generator<unknown, unknown, any> {
    const { runtime } = this.thread;
    if ((type === OPEN || type === MESSAGE) && !runtime.rt.k.x && !this.vu.interrupted) {
      this.connection?.terminate();
      try {
        // The iteration is as good as over: k6 takes no sample of the session any more.
        const rest = this.end({ error: runtime.describe(error), atMs: runtime.clock.nowMs(), isSession: false });
        if (rest !== undefined) yield* rest;
      } catch (later) {
        // k6 tells of the first exception only.
        if (runtime.rt.k.x || this.vu.interrupted) throw later;
      }
    }
    throw error;
  }

  /** The connection is no more: error listeners, if there is an error, then close listeners. */
  private end(end: SocketEnd): Steps {
    if (this.readyState === ReadyState.Closed) return undefined;
    this.readyState = ReadyState.Closed;
    // The queue is let go of first: a listener that is interrupted never comes to its end.
    this.finish();
    this.tasks.close();
    return this.tellEnd(end);
  }

  private *tellEnd(end: SocketEnd): Generator<unknown, unknown, any> {
    const { thread } = this;
    const timestamp = end.atMs + thread.epochOffsetMs;
    if (end.error !== undefined && this.hears(ERROR)) {
      const event = thread.events.error(this.object, timestamp, end.error);
      if (end.handshake !== undefined) this.addAnswer(event, end.handshake);
      const rest = this.fire(ERROR, event);
      if (rest !== undefined) yield* rest;
    }
    if (this.hears(CLOSE)) {
      const { closeCode, closeReason } = this.particulars;
      const rest = this.fire(CLOSE, thread.events.close(this.object, timestamp, closeCode, closeReason));
      if (rest !== undefined) yield* rest;
    }
    if (end.isSession) {
      const nowMs = thread.runtime.clock.nowMs();
      this.record(thread.sessionDuration, nowMs - this.startMs, nowMs);
    }
    return undefined;
  }

  /** What a server said that refused the handshake; more than k6 tells, and out of sight. */
  private addAnswer(event: object, { status, headers, body }: Handshake): void {
    const { rt } = this.thread.runtime;
    const byName = rt.object() as Record<string, string>;
    for (const [name, value] of headers) byName[name] = name in byName ? `${byName[name]}, ${value}` : value;
    this.thread.events.addHidden(event, "status", status);
    this.thread.events.addHidden(event, "headers", byName);
    this.thread.events.addHidden(event, "body", body);
  }

  // ---- what the script asks for ----------------------------------------------------------------------------------

  /** @throws {GoError} Unless the socket is open. */
  private assertOpen(): void {
    if (this.readyState !== ReadyState.Open) throw new GoError("InvalidStateError");
  }

  send(data: unknown): void {
    this.assertOpen();
    const payload = encode(this.thread.runtime, data);
    const { turn } = this.vu.loop;
    if (this.sentInTurn !== turn) {
      this.sentInTurn = turn;
      this.sentBytes = 0;
    }
    this.sentBytes += typeof payload === "string" ? Buffer.byteLength(payload) : payload.length;
    this.connection!.send(payload);
    this.recordSent();
  }

  ping(): void {
    this.assertOpen();
    this.sendPing();
    this.recordSent();
  }

  private recordSent(): void {
    // what goes nowhere any more is not counted
    if (this.hasEnded) return;
    this.record(this.thread.sent, 1, this.thread.runtime.clock.nowMs());
  }

  /** What was sent in this turn counts as waiting, as in k6, whatever the kernel has taken of it. */
  get bufferedAmount(): number {
    const waiting = this.connection?.bufferedBytes ?? 0;
    return this.sentInTurn === this.vu.loop.turn ? Math.max(this.sentBytes, waiting) : waiting;
  }

  close(code: number, reason: string): void {
    if (this.readyState === ReadyState.Closed || this.readyState === ReadyState.Closing) return;
    if (code !== 0 && code !== NORMAL_CLOSURE && !(code >= 3000 && code <= 4999)) {
      throw new GoError(
        "InvalidAccessError: Failed to execute 'close' on 'WebSocket': " +
          `The close code must be either 1000, or between 3000 and 4999. ${code} is neither`,
      );
    }
    if (Buffer.byteLength(reason) > CLOSE_REASON_BYTES_MAX) {
      throw new GoError(
        "SyntaxError: Failed to execute 'close' on 'WebSocket': The message must not be greater than 123 bytes",
      );
    }
    this.readyState = ReadyState.Closing;
    const closeCode = code === 0 ? NORMAL_CLOSURE : code;
    this.differ(this.isConnected ? { closeCode } : { closeCode, closeWanted: reason });
    if (this.isConnected) this.sendClose(reason);
  }

  private sendClose(reason: string): void {
    this.connection!.close(this.particulars.closeCode, reason);
    this.recordSent();
  }

  private noteListener(type: number, listener: unknown): void {
    if (type === MESSAGE && listener !== undefined && !ignoresEvent(listener)) this.flags |= MESSAGES_SEEN;
  }

  /** Sets an `on...` handler; undefined for none. */
  setHandler(type: number, handler: unknown): void {
    this.noteListener(type, handler);
    this.listeners ??= new Array(EVENT_TYPES.length).fill(undefined);
    const heard = this.listeners[type];
    if (typeof heard === "object") (heard as Listeners).handler = handler;
    else this.listeners[type] = handler;
  }

  handlerOf(type: number): unknown {
    const heard = this.listeners?.[type];
    return typeof heard === "object" ? (heard as Listeners).handler : heard;
  }

  addListener(type: number, listener: unknown, isOnce: boolean): void {
    this.noteListener(type, listener);
    this.listeners ??= new Array(EVENT_TYPES.length).fill(undefined);
    const heard = this.listeners[type];
    const entry = isOnce ? new Once(listener) : listener;
    if (typeof heard === "object") (heard as Listeners).added = [...(heard as Listeners).added, entry];
    else this.listeners[type] = { handler: heard, added: [entry] } satisfies Listeners;
  }
}

spareTopTier(MessageTask, Client, Socket, TaskQueue);

/** @throws {GoError} For what cannot be sent, in k6's words. */
function encode(runtime: VuRuntime, data: unknown): string | Uint8Array<ArrayBuffer> {
  if (typeof data === "string") return data;
  if (isArrayBuffer(data) || typedArrayName(data) !== undefined) return bytesOf(data)!;
  const state = runtime.rt.stateOf(data);
  if (state instanceof Blob) return state.bytes;
  throw new GoError(`unsupported send type ${goTypeName(data)}`);
}
