/**
 * The frame parser of the `ws` package (`Receiver`), with all that a peer can do to it, and gorilla's words for it.
 *
 * The parser is told not to check text for UTF-8: k6 does not. It is loaded and made for the first frame that needs it, because
 * it brings streams and zlib with it: most connections read frames that are whole and plain, and never make one.
 *
 * `ws` is imported by path. Its package exports hide the file, and on Bun the bare name is a module of Bun's own, over
 * Bun's WebSocket; the path gets the real package on Bun, in a compiled binary, on Deno and on Node.
 *
 * RFC 6455; behaviour of gorilla/websocket 1.5.3 as k6 v2.2.0 uses it.
 */
import { createRequire } from "node:module";
import type WsReceiver from "../../node_modules/ws/lib/receiver.js";
import { CloseCode } from "./websocket-close.ts";
import { Inflater } from "./websocket-deflate.ts";
import { headerViolations } from "./websocket-violation.ts";

/** What a parser reports. */
export interface FrameEvents {
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
export interface FrameReceiver {
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

export function newReceiver(events: FrameEvents, deflate: boolean): FrameReceiver {
  Receiver ??= receiverClass(loadReceiver());
  return new Receiver(events, deflate);
}

function loadReceiver(): typeof WsReceiver {
  // Written so that the bundler sees the file and packs it, and a runtime without a global `require` finds it.
  return typeof require === "function"
    ? require("../../node_modules/ws/lib/receiver.js")
    : createRequire(import.meta.url)("../../node_modules/ws/lib/receiver.js");
}

/**
 * The parser of `ws`, with its events dispatched by `emit` itself: a connection then needs no listeners, which is a third of
 * the parser's memory.
 */
function receiverClass(Base: typeof WsReceiver) {
  return class FrameReceiver extends Base implements FrameReceiver {
    readonly #events: FrameEvents;
    readonly deflate: boolean;
    #over = false;
    /** The first two bytes of the frame that was read last, and whether it came while a message was in parts. */
    #first = 0;
    #second = 0;
    #wasFragmented = false;
    declare readonly _state: number;
    declare readonly _buffers: readonly Buffer[];
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

    /** Keeps what `#refuse` needs: the parser would tell of the first fault only. */
    override getInfo(done: (error?: Error) => void): void {
      if (this._bufferedBytes >= 2) {
        const chunk = this._buffers[0]!;
        this.#first = chunk[0]!;
        this.#second = chunk[1] ?? this._buffers[1]![0]!;
        this.#wasFragmented = this._fragmented !== 0;
      }
      super.getInfo(done);
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
      const state = { deflate: this.deflate, fragmented: this.#wasFragmented };
      const what = headerViolations(this.#first, this.#second, state) || violation(error.code ?? "", detail);
      if (what !== undefined) this.#events.onViolation(what);
      else this.#events.onUnreadable(error.message);
    }
  };
}

/** gorilla's words for what `ws` found behind a header; `undefined` for an error that gorilla does not answer with a close frame. */
function violation(code: string, detail: number): string | undefined {
  // A control frame or continuation that says it is compressed, where messages may be; gorilla would let it pass.
  if (code === "WS_ERR_UNEXPECTED_RSV_1") return "RSV1 set";
  return code === "WS_ERR_INVALID_CLOSE_CODE" ? `bad close code ${detail}` : undefined;
}
