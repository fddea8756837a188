/**
 * WebSocket connections on the protocol code of the `ws` package: on every runtime, and exact to the byte.
 *
 * From `ws` comes the frame parser (`Receiver`), with all that a peer can do to it. The handshake, the frames that are sent and
 * the inflating are ours, because k6's client can be told from others by them: a request line with the URL's query as it was
 * typed, any close code, an answer to a close frame without its reason, `duplicate header not allowed`. The parser is told not to
 * check text for UTF-8: k6 does not. Frames that are whole and plain do not need it; most connections never make one.
 *
 * `ws` is imported by path. Its package exports hide the file, and on Bun the bare name is a module of Bun's own, over
 * Bun's WebSocket; the path gets the real package on Bun, in a compiled binary, on Deno and on Node.
 *
 * RFC 6455 and RFC 7692; behaviour of gorilla/websocket 1.5.3 as k6 v2.2.0 uses it.
 */
import { isUtf8 } from "node:buffer";
import { createRequire } from "node:module";
import process from "node:process";
import type WsReceiver from "../../node_modules/ws/lib/receiver.js";
import type {
  Handshake,
  OpenWebSocket,
  WebSocketConnection,
  WebSocketEnd,
  WebSocketEvents,
  WebSocketRequest,
} from "./websocket.ts";
import { spareTopTier } from "../host/jit.ts";
import { clearDeadline, Deadline, Deadlines } from "./deadlines.ts";
import { CloseCode, closeErrorText, isValidReceivedCode } from "./websocket-close.ts";
import {
  CONTROL_PAYLOAD_BYTES_MAX,
  closePayload,
  encodeFrame,
  encodeShortText,
  Opcode,
  SHORT_FRAME_BYTES_MAX,
  SHORT_TEXT_MAX,
} from "./websocket-frame.ts";
import {
  HandshakeReader,
  type HandshakeResult,
  handshakeRequest,
  parseTarget,
  type Target,
} from "./websocket-handshake.ts";
import { openStream, type Stream, type StreamEvents } from "./websocket-socket.ts";

export const openWs: OpenWebSocket = (request, events) => new WsConnection(request, events);

/** RFC 6455, section 4.1: 16 random bytes, written here by all connections in turn. */
const keyBytes = Buffer.alloc(16);
const newKey = (): string => crypto.getRandomValues(keyBytes).toString("base64");

/** gorilla compresses at this level: speed over size. */
const DEFLATE_LEVEL = 1;

/** RFC 6455, section 5.2: values of the second byte that are no length of their own. */
const LENGTH_16_BIT = 126;
const LENGTH_MASKED = 128;

/** RFC 7692, sections 7.2.1 and 7.2.2: the end of a flush, which is not sent. */
const FLUSH_TAIL = Buffer.from([0x00, 0x00, 0xff, 0xff]);

/** A message that inflates to more is an attack, or a mistake that would take the machine with it. */
const INFLATED_BYTES_MAX = 2 ** 30;

/** Short messages are written here by all connections in turn, and requests of the usual length. */
const shortFrame = new Uint8Array(SHORT_FRAME_BYTES_MAX);
const shortRequest = new Uint8Array(4096);
const encoder = new TextEncoder();
/** UTF-8 takes at most this many bytes for a UTF-16 code unit. */
const UTF8_MAX = 3;

/** What is read from a stream, with the methods that Node's and Bun's buffers have behind `toString`. */
type Chunk = Buffer & {
  latin1Slice(begin: number, end: number): string;
  utf8Slice(begin: number, end: number): string;
};

/** What a connection needs until it is open, and how long that may take. */
class Opening extends Deadline {
  readonly connection: WsConnection;
  readonly request: WebSocketRequest;
  readonly target: Target;
  readonly key = newKey();
  readonly reader = new HandshakeReader(this.key);
  closeWanted: { code: number; reason: string } | undefined;

  constructor(connection: WsConnection, request: WebSocketRequest) {
    super();
    this.connection = connection;
    this.request = request;
    this.target = parseTarget(request.url);
    if (request.timeoutMs > 0) deadlines.set(this, request.timeoutMs, performance.now());
  }

  get endpoint(): { host: string; port: number } {
    return this.request.connectTo ?? this.target;
  }

  onDeadline(): void {
    this.connection.timeOut();
  }
}

const deadlines = new Deadlines();

const State = { Opening: 0, Open: 1, CloseSent: 2 } as const;

class WsConnection implements WebSocketConnection, StreamEvents, FrameEvents {
  readonly #stream: Stream;
  /** Until the end is reported. */
  #events: WebSocketEvents | undefined;
  #handshake: Opening | undefined;
  /** There from the start if messages may be compressed; else as soon as a frame needs it. */
  #receiver: FrameReceiver | undefined;
  #state: number = State.Opening;
  #arrivedMs = 0;
  bytesSent = 0;
  bytesReceived = 0;

  constructor(request: WebSocketRequest, events: WebSocketEvents) {
    this.#events = events;
    const opening = new Opening(this, request);
    this.#handshake = opening;
    const { target, endpoint } = opening;
    const { host, port } = endpoint;
    this.#stream = openStream(
      {
        host,
        port,
        tls: target.secure ? { ...request.tls, serverName: target.host } : undefined,
        proxy: request.proxy ? new URL(request.proxy) : undefined,
      },
      this,
    );
  }

  get remoteAddress(): string {
    return this.#stream.remoteAddress;
  }

  get bufferedBytes(): number {
    return this.#stream.pendingBytes;
  }

  // What the stream reports.

  /** Internal. */
  onConnect(): void {
    const { request, target, key } = this.#handshake!;
    const text = handshakeRequest(request, target, key);
    if (text.length * UTF8_MAX > shortRequest.length) {
      this.write(Buffer.from(text));
      return;
    }
    const { written } = encoder.encodeInto(text, shortRequest);
    this.bytesSent += written;
    this.#stream.writeShared(shortRequest, written);
  }

  /** Internal. */
  onData(chunk: Uint8Array): void {
    this.bytesReceived += chunk.length;
    this.#arrivedMs = performance.now();
    if (this.#state !== State.Opening) this.read(chunk as Chunk);
    else if (this.#handshake) this.#handshakeRead(this.#handshake.reader.feed(chunk));
  }

  /** Internal. */
  onEnd(error: string | undefined): void {
    this.#arrivedMs = performance.now();
    if (this.#handshake) {
      if (error !== undefined) this.#finish({ error });
      else this.#handshakeRead(this.#handshake.reader.end());
    } else if (error !== undefined) {
      this.#finish({ error, readError: true });
    } else {
      // Messages may still be in the inflater; the end comes after them.
      if (this.#receiver) this.#receiver.end();
      else this.onFinished();
    }
  }

  #stopTimer(): void {
    if (this.#handshake) clearDeadline(this.#handshake);
  }

  /** Internal: opening has taken too long. */
  timeOut(): void {
    const { host, port } = this.#handshake!.endpoint;
    this.#arrivedMs = performance.now();
    const { remoteAddress, localAddress } = this.#stream;
    const connected = remoteAddress !== "";
    const refused = connected ? this.#handshake?.reader.end() : undefined;
    if (refused?.handshake) this.#handshakeRead(refused);
    else
      this.#finish({
        error: connected
          ? `read tcp ${localAddress}->${remoteAddress}: i/o timeout`
          : `dial tcp ${host}:${port}: i/o timeout`,
      });
    this.#stream.destroy();
  }

  #handshakeRead(result: HandshakeResult | undefined): void {
    if (!result) return;
    this.#stopTimer();
    const { handshake, error } = result;
    if (error !== undefined) {
      this.#finish({ error, handshake });
      return;
    }
    const closeWanted = this.#handshake?.closeWanted;
    this.#handshake = undefined;
    if (result.deflate) this.#receiver = newReceiver(this, true);
    this.#state = State.Open;
    this.#events?.onOpen(handshake as Handshake, this.#arrivedMs);
    if (closeWanted) this.close(closeWanted.code, closeWanted.reason);
    if (result.rest.length > 0) this.read(result.rest as Chunk);
  }

  /** Hot path: frames that are whole and plain are read here, and the parser of `ws` is made when the first other one comes. */
  private read(chunk: Chunk): void {
    let at = 0;
    if (!this.#receiver || this.#receiver.idle) {
      while (at < chunk.length && this.#events) {
        const next = this.readWholeFrame(chunk, at);
        if (next === at) break;
        at = next;
      }
      if (at === chunk.length || !this.#events) return;
    }
    this.#receiver ??= newReceiver(this, false);
    this.feed(this.#receiver, at === 0 ? chunk : chunk.subarray(at));
  }

  /** @returns Where the next frame begins; `at` itself if this one is in parts, compressed or forbidden. */
  private readWholeFrame(chunk: Chunk, at: number): number {
    const first = chunk[at]!;
    const opcode = first & 0x0f;
    const data = opcode === Opcode.Text || opcode === Opcode.Binary;
    const control = opcode === Opcode.Ping || opcode === Opcode.Pong || opcode === Opcode.Close;
    if ((first & 0xf0) !== 0x80 || !(data || control)) return at;
    let size = chunk[at + 1] ?? LENGTH_MASKED;
    let begin = at + 2;
    if (size === LENGTH_16_BIT && data && at + 4 <= chunk.length) {
      size = (chunk[at + 2]! << 8) | chunk[at + 3]!;
      begin = at + 4;
    } else if (size >= LENGTH_16_BIT) {
      return at;
    }
    const end = begin + size;
    if (end > chunk.length) return at;
    // A view of the chunk would cost more than all the rest, so text is decoded where it lies.
    if (opcode === Opcode.Text) this.#events?.onMessage(decodeSlice(chunk, begin, end), this.#arrivedMs);
    else if (opcode === Opcode.Binary) this.onMessage(chunk.subarray(begin, end), true);
    else if (opcode === Opcode.Ping) this.onPing(chunk.subarray(begin, end));
    else if (opcode === Opcode.Pong) this.onPong(chunk.subarray(begin, end));
    else this.#readClose(chunk.subarray(begin, end));
    return end;
  }

  /** A close frame of one byte is no violation for gorilla: it holds no code. One that says that it holds none is. */
  #readClose(payload: Buffer): void {
    const code = payload.length < 2 ? CloseCode.NoStatus : payload.readUInt16BE(0);
    if (code === CloseCode.NoStatus && payload.length >= 2) this.onViolation(`bad close code ${code}`);
    else this.onConclude(code, payload.subarray(2));
  }

  private feed(receiver: FrameReceiver, chunk: Uint8Array): void {
    // With bytes left over the inflater is behind: the peer has to wait, or its messages would fill the memory.
    if (!receiver.write(chunk) && receiver.writableLength > 0) {
      this.#stream.pause();
      receiver.once("drain", () => this.#stream.resume());
    }
  }

  // What the frame parser reports.

  /** Internal. */
  onMessage(data: Buffer, isBinary: boolean): void {
    this.#events?.onMessage(isBinary ? new Uint8Array(data) : decodeText(data), this.#arrivedMs);
  }

  /** Internal. */
  onPing(payload: Buffer): void {
    if (this.#state !== State.CloseSent) this.write(encodeFrame(Opcode.Pong, payload));
    this.#events?.onPing(new Uint8Array(payload), this.#arrivedMs);
  }

  /** Internal. */
  onPong(payload: Buffer): void {
    this.#events?.onPong(new Uint8Array(payload), this.#arrivedMs);
  }

  /** Internal: the peer's close frame. */
  onConclude(code: number, reason: Buffer): void {
    if (!isValidReceivedCode(code)) {
      this.onViolation(`bad close code ${code}`);
    } else if (!isUtf8(reason)) {
      this.onViolation("invalid utf8 payload in close frame");
    } else {
      this.#sendClose(code, "");
      this.#finish({ code, reason: reason.toString(), closeFrameReceived: true });
    }
  }

  /** Internal: the peer broke the protocol; it is told so, as gorilla does. */
  onViolation(what: string): void {
    this.#sendClose(CloseCode.ProtocolError, what.slice(0, CONTROL_PAYLOAD_BYTES_MAX - 2));
    this.#finish({ protocolError: true, error: `websocket: ${what}` });
  }

  /** Internal: what came cannot be read, and the peer is not told. */
  onUnreadable(error: string): void {
    this.#finish({ readError: true, error });
  }

  /** Internal: the peer ended the stream without a close frame. */
  onFinished(): void {
    const reason = "unexpected EOF";
    this.#finish({ reason, error: closeErrorText(CloseCode.Abnormal, reason) });
  }

  // What the owner asks for.

  send(data: string | Uint8Array<ArrayBuffer>): void {
    if (!this.canSend()) return;
    const opcode = typeof data === "string" ? Opcode.Text : Opcode.Binary;
    if (!this.#receiver?.deflate) {
      const size = typeof data === "string" ? encodeShortText(shortFrame, data) : 0;
      if (size === 0) {
        this.write(encodeFrame(opcode, data));
        return;
      }
      this.bytesSent += size;
      this.#stream.writeShared(shortFrame, size);
      return;
    }
    const { constants, deflateRawSync } = zlib();
    const packed = deflateRawSync(data, { level: DEFLATE_LEVEL, finishFlush: constants.Z_SYNC_FLUSH });
    this.write(encodeFrame(opcode, packed.subarray(0, packed.length - FLUSH_TAIL.length), true));
  }

  ping(payload: Uint8Array): void {
    if (this.canSend()) this.write(encodeFrame(Opcode.Ping, payload));
  }

  close(code: number, reason: string): void {
    if (this.#handshake) this.#handshake.closeWanted ??= { code, reason };
    else this.#sendClose(code, reason);
  }

  terminate(): void {
    if (!this.#events) return;
    this.#arrivedMs = performance.now();
    this.#stopTimer();
    const error = this.#handshake ? "operation was canceled" : undefined;
    this.#handshake = undefined;
    this.#stream.end();
    setImmediate(() => this.#finish({ error }));
  }

  private canSend(): boolean {
    return this.#state === State.Open && this.#events !== undefined;
  }

  #sendClose(code: number, reason: string): void {
    if (!this.canSend()) return;
    this.#state = State.CloseSent;
    this.write(encodeFrame(Opcode.Close, closePayload(code, reason)));
  }

  private write(bytes: Uint8Array): void {
    this.bytesSent += bytes.length;
    this.#stream.write(bytes);
  }

  /** Reports the end once, and gives the connection up; what was written is still delivered. */
  #finish(end: Partial<WebSocketEnd>): void {
    const events = this.#events;
    if (!events) return;
    this.#events = undefined;
    this.#stopTimer();
    this.#stream.end();
    this.#handshake = undefined;
    events.onClose({ atMs: this.#arrivedMs, code: CloseCode.Abnormal, reason: "", closeFrameReceived: false, ...end });
  }
}

spareTopTier(WsConnection);

/** What a parser reports. */
interface FrameEvents {
  onMessage(data: Buffer, isBinary: boolean): void;
  onPing(payload: Buffer): void;
  onPong(payload: Buffer): void;
  onConclude(code: number, reason: Buffer): void;
  /** Bytes that the protocol forbids; `what` is gorilla's word for them. */
  onViolation(what: string): void;
  onUnreadable(error: string): void;
  /** All bytes are read, and no close frame was among them. */
  onFinished(): void;
}

/** As far as a connection uses it. */
interface FrameReceiver {
  /** Between two messages, with nothing in hand. */
  readonly idle: boolean;
  /** Messages may be compressed. */
  readonly deflate: boolean;
  readonly writableLength: number;
  write(chunk: Uint8Array): boolean;
  once(name: "drain", listener: () => void): unknown;
  end(): void;
}

let Receiver: ReturnType<typeof receiverClass> | undefined;

function newReceiver(events: FrameEvents, deflate: boolean): FrameReceiver {
  Receiver ??= receiverClass(loadReceiver());
  return new Receiver(events, deflate);
}

/** Loaded when the first frame comes that needs it: it brings streams and zlib with it. */
function loadReceiver(): typeof WsReceiver {
  // Written so that the bundler sees the file and packs it, and a runtime without a global `require` finds it.
  return typeof require === "function"
    ? require("../../node_modules/ws/lib/receiver.js")
    : createRequire(import.meta.url)("../../node_modules/ws/lib/receiver.js");
}

const zlib = () => process.getBuiltinModule("node:zlib");

/**
 * The parser of `ws`, with its events dispatched by `emit` itself: a connection then needs no listeners, which is a third of
 * the parser's memory.
 */
function receiverClass(Base: typeof WsReceiver) {
  return class FrameReceiver extends Base implements FrameReceiver {
    readonly #events: FrameEvents;
    readonly deflate: boolean;
    #over = false;
    declare readonly _state: number;
    declare readonly _bufferedBytes: number;
    declare readonly _fragmented: number;

    constructor(events: FrameEvents, deflate: boolean) {
      super({ skipUTF8Validation: true, extensions: deflate ? { "permessage-deflate": new Inflater() } : undefined });
      this.#events = events;
      this.deflate = deflate;
    }

    /** Between two messages, with nothing in hand. */
    get idle(): boolean {
      return this._state === 0 && this._bufferedBytes === 0 && this._fragmented === 0 && this.writableLength === 0;
    }

    override emit(name: string | symbol, ...values: any[]): boolean {
      switch (name) {
        case "message":
          if (!this.#over) this.#events.onMessage(values[0], values[1]);
          return true;
        case "ping":
          if (!this.#over) this.#events.onPing(values[0]);
          return true;
        case "pong":
          if (!this.#over) this.#events.onPong(values[0]);
          return true;
        case "conclude":
          this.#over = true;
          this.#events.onConclude(values[0], values[1]);
          return true;
        case "error":
          if (!this.#over) this.#refuse(values[0]);
          this.#over = true;
          return true;
        case "finish":
          if (!this.#over) this.#events.onFinished();
          this.#over = true;
          return super.emit(name, ...values);
        default:
          return super.emit(name, ...values);
      }
    }

    #refuse(error: Error & { code?: string }): void {
      const detail = Number(/\d+$/.exec(error.message)?.[0]);
      // A close frame of one byte is no violation for gorilla: it holds no code.
      if (error.code === "WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH" && detail === 1) {
        this.#events.onConclude(CloseCode.NoStatus, Buffer.alloc(0));
        return;
      }
      const what = violation(error.code ?? "", detail);
      if (what !== undefined) this.#events.onViolation(what);
      else this.#events.onUnreadable(error.message);
    }
  };
}

/**
 * `permessage-deflate` without context takeover, which is all that k6 agrees to: each message stands alone.
 *
 * In place of the one in `ws`, which keeps a zlib stream for each connection, and on Deno brings the process down with it when
 * a message is corrupt.
 */
class Inflater {
  #parts: Uint8Array[] = [];

  decompress(data: Uint8Array, fin: boolean, done: (error: Error | null, data?: Buffer) => void): void {
    this.#parts.push(data);
    // The parser must have returned before it is called back.
    queueMicrotask(() => {
      if (!fin) return done(null, Buffer.alloc(0));
      const packed = Buffer.concat([...this.#parts, FLUSH_TAIL]);
      this.#parts = [];
      const { constants, inflateRawSync } = zlib();
      let inflated: Buffer;
      try {
        inflated = inflateRawSync(packed, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: INFLATED_BYTES_MAX });
      } catch (error) {
        return done(error as Error);
      }
      done(null, inflated);
    });
  }
}

/** gorilla's words for what `ws` found; `undefined` for an error that gorilla does not answer with a close frame. */
function violation(code: string, detail: number): string | undefined {
  switch (code) {
    case "WS_ERR_UNEXPECTED_RSV_1":
      return "RSV1 set";
    case "WS_ERR_UNEXPECTED_RSV_2_3":
      return "RSV2 set";
    case "WS_ERR_INVALID_OPCODE":
      if (detail === Opcode.Continuation) return "continuation after FIN";
      return detail === Opcode.Text || detail === Opcode.Binary ? "data before FIN" : `bad opcode ${detail}`;
    case "WS_ERR_EXPECTED_FIN":
      return "FIN not set on control";
    case "WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH":
      return "len > 125 for control";
    case "WS_ERR_UNEXPECTED_MASK":
      return "bad MASK";
    case "WS_ERR_INVALID_CLOSE_CODE":
      return `bad close code ${detail}`;
    default:
      return undefined;
  }
}

/** The text of a part of a chunk; see `decodeText`. */
function decodeSlice(chunk: Chunk, begin: number, end: number): string {
  if (end - begin <= SHORT_TEXT_MAX) {
    let bits = 0;
    for (let i = begin; i < end; i++) bits |= chunk[i]!;
    if (bits < 0x80) return chunk.latin1Slice(begin, end);
  }
  const text = chunk.utf8Slice(begin, end);
  if (!text.includes("\ufffd")) return text;
  return decodeText(chunk.subarray(begin, end));
}

/** Text as Go reads it: each byte that is no UTF-8 becomes one U+FFFD, where the WHATWG decoder joins some of them. */
export function decodeText(bytes: Buffer): string {
  const text = bytes.toString();
  return text.includes("\ufffd") && !isUtf8(bytes) ? decodeBytewise(bytes) : text;
}

function decodeBytewise(bytes: Buffer): string {
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at]!;
    const size = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    const char = bytes.subarray(at, at + size);
    const valid = char.length === size && isUtf8(char);
    text += valid ? char.toString() : "\ufffd";
    at += valid ? size : 1;
  }
  return text;
}
