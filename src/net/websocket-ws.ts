/**
 * WebSocket connections on the protocol code of the `ws` package: on every runtime, and exact to the byte.
 *
 * From `ws` comes the frame parser, for frames that are in parts, compressed or forbidden (`websocket-receiver.ts`). The
 * handshake, the frames that are sent and the reading of frames that are whole and plain are ours, because k6's client can be
 * told from others by them: a request line with the URL's query as it was typed, any close code, an answer to a close frame
 * without its reason, `duplicate header not allowed`.
 *
 * RFC 6455 and RFC 7692; behaviour of gorilla/websocket 1.5.3 as k6 v2.2.0 uses it.
 */
import { isUtf8 } from "node:buffer";
import type {
  Handshake,
  OpenWebSocket,
  WebSocketConnection,
  WebSocketEnd,
  WebSocketEvents,
  WebSocketRequest,
} from "./websocket.ts";
import { spareTopTier } from "../host/jit.ts";
import { joinHostPort } from "./error-codes.ts";
import { clearDeadline, Deadline, Deadlines } from "./deadlines.ts";
import { CloseCode, closeErrorText, isValidReceivedCode } from "./websocket-close.ts";
import { deflateMessage } from "./websocket-deflate.ts";
import {
  CONTROL_PAYLOAD_BYTES_MAX,
  closePayload,
  encodeFrame,
  encodeShortText,
  Opcode,
  SHORT_FRAME_BYTES_MAX,
} from "./websocket-frame.ts";
import {
  HandshakeReader,
  type HandshakeResult,
  handshakeRequest,
  parseTarget,
  type Target,
} from "./websocket-handshake.ts";
import { type FrameEvents, type FrameReceiver, newReceiver } from "./websocket-receiver.ts";
import { openStream, type Stream, type StreamEvents } from "./websocket-socket.ts";
import { type Chunk, decodeSlice, decodeText } from "./websocket-text.ts";

export const openWs: OpenWebSocket = (request, events) => new WsConnection(request, events);

/** RFC 6455, section 4.1: 16 random bytes, written here by all connections in turn. */
const keyBytes = Buffer.alloc(16);
const newKey = (): string => crypto.getRandomValues(keyBytes).toString("base64");

/** RFC 6455, section 5.2: values of the second byte that are no length of their own. */
const LENGTH_16_BIT = 126;
const LENGTH_MASKED = 128;

/** Short messages are written here by all connections in turn, and requests of the usual length. */
const shortFrame = new Uint8Array(SHORT_FRAME_BYTES_MAX);
const shortRequest = new Uint8Array(4096);
const encoder = new TextEncoder();
/** UTF-8 takes at most this many bytes for a UTF-16 code unit. */
const UTF8_MAX = 3;

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
        localIp: request.localIp,
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

  get isBackedUp(): boolean {
    return this.#events !== undefined && this.#stream.isBackedUp;
  }

  get bytesSent(): number {
    return this.#stream.bytesSent;
  }

  get bytesReceived(): number {
    return this.#stream.bytesReceived;
  }

  // What the stream reports.

  /** Internal. */
  onConnect(): void {
    const { request, target, key } = this.#handshake!;
    const text = handshakeRequest(request, target, key);
    if (text.length * UTF8_MAX > shortRequest.length) {
      this.#stream.write(Buffer.from(text));
      return;
    }
    const { written } = encoder.encodeInto(text, shortRequest);
    this.#stream.writeShared(shortRequest, written);
  }

  /** Internal. */
  onData(chunk: Uint8Array): void {
    this.#arrivedMs = performance.now();
    if (this.#state !== State.Opening) this.read(chunk as Chunk);
    else if (this.#handshake) this.#handshakeRead(this.#handshake.reader.feed(chunk));
  }

  /** Internal. */
  onDrain(): void {
    this.#events?.onDrain?.();
  }

  /** Internal. */
  onEnd(error: string | undefined): void {
    this.#arrivedMs = performance.now();
    if (this.#handshake) {
      if (error !== undefined) this.#finish({ error });
      else this.#handshakeRead(this.#handshake.reader.end());
    } else if (error !== undefined) {
      const { remoteAddress, localAddress } = this.#stream;
      const writeError = `write tcp ${localAddress}->${remoteAddress}: write: broken pipe`;
      this.#finish({ error, readError: true, writeError });
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
    if (this.#state !== State.CloseSent) this.#stream.write(encodeFrame(Opcode.Pong, payload));
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
        this.#stream.write(encodeFrame(opcode, data));
        return;
      }
      this.#stream.writeShared(shortFrame, size);
      return;
    }
    this.#stream.write(encodeFrame(opcode, deflateMessage(data), true));
  }

  ping(payload: Uint8Array): void {
    if (this.canSend()) this.#stream.write(encodeFrame(Opcode.Ping, payload));
  }

  close(code: number, reason: string): void {
    if (this.#handshake) this.#handshake.closeWanted ??= { code, reason };
    else this.#sendClose(code, reason);
  }

  terminate(): void {
    if (!this.#events) return;
    this.#arrivedMs = performance.now();
    this.#stopTimer();
    const error = this.#handshake && canceled(this.#handshake.endpoint);
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
    this.#stream.write(encodeFrame(Opcode.Close, closePayload(code, reason)));
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

const canceled = ({ host, port }: { host: string; port: number }): string =>
  `dial tcp ${joinHostPort(host, port)}: operation was canceled`;

spareTopTier(WsConnection);
