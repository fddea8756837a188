/**
 * One HTTP/1.1 connection: a request goes out in one write, its answer comes in through the parser, then the next.
 *
 * Hot path: this file is the `http-get` bench row. Handlers are set once for the life of the socket; the arrival of bytes is
 * stamped before anything else is done with them.
 */
import type { Socket } from "node:net";
import type {
  ConnectionInfo,
  ConnectionOwner,
  ConnectionParts,
  HttpConnection,
  PartialAnswer,
  Transmission,
} from "./connection.ts";
import { type Ends, type Failure, genericFailure, ioFailure, joinHostPort, tlsFailure } from "./error-codes.ts";
import { isChunkedEmpty } from "./headers.ts";
import { ResponseParser } from "./http1-parser.ts";
import { wireBytesSent } from "./tls.ts";

/** A body up to this size is copied behind its head, so that both leave in one write. */
const JOIN_BYTES_MAX = 64 * 1024;

export class Http1Connection implements HttpConnection {
  readonly info: ConnectionInfo;
  readonly key: string;
  readonly isHttp2 = false;
  wasUsed = false;
  readonly #socket: Socket;
  readonly #owner: ConnectionOwner;
  readonly #parser = new ResponseParser();
  #current: Transmission | undefined = undefined;
  #isOpen = true;
  #isRetired = false;
  /** Bytes of the current request that the kernel has not taken yet. */
  #isWriting = false;
  #error: unknown = undefined;
  readonly #transport: Socket | undefined;
  #transportRead = 0;

  constructor(socket: Socket, parts: ConnectionParts) {
    this.#socket = socket;
    this.#transport = parts.transport;
    this.info = parts.info;
    this.key = parts.key;
    this.#owner = parts.owner;
    socket.on("data", (chunk: Buffer) => this.#onData(chunk));
    socket.on("error", (error) => {
      this.#error = error;
    });
    socket.on("end", () => this.#onEnd());
    socket.on("close", () => this.#onClose());
  }

  get canTake(): boolean {
    return this.#isOpen && this.#current === undefined;
  }

  start(transmission: Transmission): void {
    this.#current = transmission;
    const head = transmission.requestHead;
    this.#parser.start({
      isHead: head.method === "HEAD",
      keepBody: transmission.keepBody,
      memory: transmission.headMemory,
    });
    this.#write(transmission);
  }

  #write(transmission: Transmission): void {
    const { wireHead, wireBody, requestHead, stamps } = transmission;
    const socket = this.#socket;
    let sent: number;
    let flushed: boolean;
    if (wireBody === undefined || wireBody.length === 0) {
      const out = isChunkedEmpty(requestHead) ? `${wireHead}0\r\n\r\n` : wireHead;
      sent = typeof out === "string" ? Buffer.byteLength(out) : out.length;
      flushed = socket.write(out);
    } else if (typeof wireBody === "string" && typeof wireHead === "string") {
      const out = wireHead + wireBody;
      sent = Buffer.byteLength(out);
      flushed = socket.write(out);
    } else {
      const head = typeof wireHead === "string" ? Buffer.from(wireHead) : wireHead;
      const body = typeof wireBody === "string" ? Buffer.from(wireBody) : wireBody;
      sent = head.length + body.length;
      if (sent <= JOIN_BYTES_MAX) {
        flushed = socket.write(Buffer.concat([head, body], sent));
      } else {
        socket.write(head);
        flushed = socket.write(body);
      }
    }
    if (flushed) {
      stamps.wroteRequest = performance.now();
    } else {
      this.#isWriting = true;
      socket.once("drain", () => {
        this.#isWriting = false;
        if (this.#current === transmission) stamps.wroteRequest = performance.now();
      });
    }
    const { tls } = this.info;
    transmission.onBytes(tls === undefined ? sent : wireBytesSent(sent, tls, !this.wasUsed), 0);
  }

  #onData(chunk: Buffer): void {
    const nowMs = performance.now();
    const transmission = this.#current;
    if (transmission === undefined) {
      // An answer that nobody asked for: Go closes such a connection, too.
      this.destroy();
      return;
    }
    const { stamps } = transmission;
    if (stamps.firstByte === 0) stamps.firstByte = nowMs;
    transmission.onBytes(0, this.#transport === undefined ? chunk.length : this.#transportBytes(this.#transport));
    const parser = this.#parser;
    if (parser.push(chunk)) {
      this.#finish(transmission, nowMs, parser.surplusBytes === 0);
      return;
    }
    const head = parser.head;
    if (head !== undefined && head.location !== "") {
      const wanted = transmission.bodyBytesWanted(head);
      if (head.contentLength > wanted || parser.bodyBytes >= wanted) this.#finish(transmission, nowMs, false);
    }
  }

  #transportBytes(transport: Socket): number {
    const fresh = transport.bytesRead - this.#transportRead;
    this.#transportRead += fresh;
    return fresh;
  }

  #finish(transmission: Transmission, endMs: number, isClean: boolean): void {
    const parser = this.#parser;
    const { head, failure } = parser;
    this.#current = undefined;
    if (failure !== undefined || head === undefined) {
      const partial = this.#partial();
      this.destroy();
      transmission.onFailure(failure ?? genericFailure("EOF"), endMs, "never", partial);
      return;
    }
    const body = parser.body;
    parser.release();
    this.wasUsed = true;
    if (
      isClean &&
      !this.#isRetired &&
      !this.#isWriting &&
      !head.isLast &&
      head.status !== 101 &&
      !transmission.requestHead.close
    ) {
      this.#owner.onIdle(this);
    } else {
      this.destroy();
    }
    transmission.onAnswer(head, body, endMs);
  }

  #onEnd(): void {
    const endMs = performance.now();
    const transmission = this.#current;
    if (transmission !== undefined && this.#parser.end()) this.#finish(transmission, endMs, false);
    // Otherwise the close event follows and tells whether there was an error.
  }

  #onClose(): void {
    const endMs = performance.now();
    if (this.#isOpen) {
      this.#isOpen = false;
      this.#owner.onClosed(this);
    }
    const transmission = this.#current;
    if (transmission === undefined) return;
    this.#current = undefined;
    const parser = this.#parser;
    const isUntouched = parser.isUntouched;
    let failure: Failure;
    if (this.#error !== undefined) {
      failure = parser.cutHeadFailure ?? this.#describe(this.#error, parser.head !== undefined);
    } else if (parser.end() && parser.head !== undefined) {
      const { head, body } = parser;
      parser.release();
      transmission.onAnswer(head, body, endMs);
      return;
    } else {
      failure = parser.failure ?? genericFailure("EOF");
    }
    const partial = this.#partial();
    parser.release();
    transmission.onFailure(failure, endMs, isUntouched && this.wasUsed ? "ifSafe" : "never", partial);
  }

  #describe(error: unknown, isBare: boolean): Failure {
    const ends: Ends = {
      local: this.info.local,
      remote: joinHostPort(this.info.remoteIp, this.info.remotePort),
    };
    const failure = this.info.tls ? tlsFailure(error, ends) : ioFailure(ioDirection(error), error, ends);
    return isBare ? { ...failure, bare: true } : failure;
  }

  #partial(): PartialAnswer | undefined {
    const { head, body } = this.#parser;
    return head && { head, body };
  }

  abandon(transmission: Transmission): PartialAnswer | undefined {
    if (this.#current !== transmission) return undefined;
    this.#current = undefined;
    const partial = this.#partial();
    this.destroy();
    return partial;
  }

  retire(): void {
    if (this.#current === undefined) this.destroy();
    else this.#isRetired = true;
  }

  destroy(): void {
    if (this.#isOpen) {
      this.#isOpen = false;
      this.#owner.onClosed(this);
    }
    this.#parser.release();
    this.#socket.destroy();
  }
}

/** Go names the call that failed; a broken pipe can only be met while writing. */
export function ioDirection(error: unknown): "read" | "write" {
  const { code, syscall } = error as { code?: string; syscall?: string };
  return code === "EPIPE" || (syscall === "write" && code !== "ECONNRESET") ? "write" : "read";
}
