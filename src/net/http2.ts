/**
 * One HTTP/2 connection over a TLS socket of our own: `node:http2` frames, we map streams to transmissions and errors to k6's.
 *
 * Streams run side by side; the connection takes requests until the peer says GOAWAY or its limit of streams is reached.
 */
import type { ClientHttp2Session, ClientHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import process from "node:process";
import type { TLSSocket } from "node:tls";
import type {
  ConnectionInfo,
  ConnectionOwner,
  ConnectionParts,
  HttpConnection,
  PartialAnswer,
  Transmission,
} from "./connection.ts";
import {
  bodyFailure,
  type Failure,
  genericFailure,
  http2ConnectionFailure,
  http2GoAwayFailure,
  http2StreamFailure,
  ioFailure,
  joinHostPort,
} from "./error-codes.ts";
import { lastHeader, wantsZeroLength } from "./headers.ts";
import { ResponseHead } from "./http1-parser.ts";
import { ioDirection } from "./http1.ts";
import { wireBytesSent } from "./tls.ts";

let http2: typeof import("node:http2") | undefined;

/**
 * Loads the runtime's HTTP/2, which takes several milliseconds: for the first address that may speak it, before anything
 * is measured.
 */
export function loadHttp2(): typeof import("node:http2") {
  http2 ??= process.getBuiltinModule("node:http2");
  return http2;
}

/** Error codes (RFC 9113, section 7). */
const NO_ERROR = 0;
const REFUSED_STREAM = 7;
const CANCEL = 8;

/** Frame header, and what the header block of a small request takes after the first: an estimate for `data_sent`. */
const FRAME_BYTES = 9;
/** Go's client window, large enough that bodies do not wait for updates on loopback. */
const WINDOW_BYTES = 4 << 20;

const STATUS_TEXT: Record<number, string> = {
  200: "OK",
  201: "Created",
  202: "Accepted",
  203: "Non-Authoritative Information",
  204: "No Content",
  205: "Reset Content",
  206: "Partial Content",
  207: "Multi-Status",
  208: "Already Reported",
  226: "IM Used",
  300: "Multiple Choices",
  301: "Moved Permanently",
  302: "Found",
  303: "See Other",
  304: "Not Modified",
  305: "Use Proxy",
  307: "Temporary Redirect",
  308: "Permanent Redirect",
  400: "Bad Request",
  401: "Unauthorized",
  402: "Payment Required",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  407: "Proxy Authentication Required",
  408: "Request Timeout",
  409: "Conflict",
  410: "Gone",
  411: "Length Required",
  412: "Precondition Failed",
  413: "Request Entity Too Large",
  414: "Request URI Too Long",
  415: "Unsupported Media Type",
  416: "Requested Range Not Satisfiable",
  417: "Expectation Failed",
  418: "I'm a teapot",
  421: "Misdirected Request",
  422: "Unprocessable Entity",
  423: "Locked",
  424: "Failed Dependency",
  425: "Too Early",
  426: "Upgrade Required",
  428: "Precondition Required",
  429: "Too Many Requests",
  431: "Request Header Fields Too Large",
  451: "Unavailable For Legal Reasons",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
  505: "HTTP Version Not Supported",
  506: "Variant Also Negotiates",
  507: "Insufficient Storage",
  508: "Loop Detected",
  510: "Not Extended",
  511: "Network Authentication Required",
};

interface Exchange {
  stream: ClientHttp2Stream;
  head: ResponseHead | undefined;
  chunks: Buffer[];
  error: unknown;
  isDone: boolean;
}

export class Http2Connection implements HttpConnection {
  readonly info: ConnectionInfo;
  readonly key: string;
  readonly isHttp2 = true;
  wasUsed = false;
  readonly #owner: ConnectionOwner;
  readonly #session: ClientHttp2Session;
  readonly #transport: Socket;
  readonly #exchanges = new Map<Transmission, Exchange>();
  #isOpen = true;
  #isRetired = false;
  #goAway: { lastStreamId: number; code: number; debug: string } | undefined = undefined;
  #error: unknown = undefined;
  #bytesRead = 0;
  #hasSent = false;

  constructor(socket: TLSSocket, parts: ConnectionParts & { transport: Socket }) {
    this.info = parts.info;
    this.key = parts.key;
    this.#owner = parts.owner;
    this.#transport = parts.transport;
    const session = loadHttp2().connect(`https://${parts.key.slice(parts.key.lastIndexOf("|") + 1)}`, {
      createConnection: () => socket,
      settings: { enablePush: false, initialWindowSize: WINDOW_BYTES },
    });
    this.#session = session;
    session.on("error", (error) => {
      this.#error = error;
    });
    session.on("goaway", (code: number, lastStreamId: number, data?: Buffer) => {
      this.#goAway = { code, lastStreamId, debug: data?.toString("utf8") ?? "" };
      this.#leavePool();
    });
    session.on("close", () => {
      this.#leavePool();
      for (const transmission of [...this.#exchanges.keys()]) this.#failed(transmission, performance.now());
    });
  }

  get canTake(): boolean {
    if (!this.#isOpen || this.#session.closed || this.#session.destroyed) return false;
    const streamsMax = this.#session.remoteSettings?.maxConcurrentStreams ?? Number.POSITIVE_INFINITY;
    return this.#exchanges.size < streamsMax;
  }

  start(transmission: Transmission): void {
    const { requestHead, stamps } = transmission;
    const stream = this.#session.request(headersOf(transmission), {
      endStream: transmission.wireBody === undefined || transmission.wireBody.length === 0,
    });
    const exchange: Exchange = { stream, head: undefined, chunks: [], error: undefined, isDone: false };
    this.#exchanges.set(transmission, exchange);
    stream.on("response", (headers: Record<string, unknown>) => {
      if (stamps.firstByte === 0) stamps.firstByte = performance.now();
      exchange.head = headOf(headers);
      this.#countBytes(transmission, 0);
      if (exchange.head.location !== "") this.#stopAt(transmission, exchange, 0);
    });
    let bodyBytes = 0;
    stream.on("data", (chunk: Buffer) => {
      bodyBytes += chunk.length;
      if (transmission.keepBody) exchange.chunks.push(chunk);
      this.#countBytes(transmission, 0);
      if (exchange.head !== undefined && exchange.head.location !== "") this.#stopAt(transmission, exchange, bodyBytes);
    });
    stream.on("error", (error) => {
      exchange.error = error;
    });
    stream.on("end", () => {
      // Bun ends a stream that was reset, too; the close event then tells which it was.
      if (exchange.head !== undefined && requestHead.method === "HEAD") this.#answered(transmission, exchange);
    });
    stream.on("close", () => {
      const isWhole = exchange.head !== undefined && stream.rstCode === NO_ERROR && !exchange.error;
      if (isWhole) this.#answered(transmission, exchange);
      else this.#failed(transmission, performance.now());
    });
    let sent = FRAME_BYTES + 64;
    const body = transmission.wireBody;
    if (body !== undefined && body.length > 0) {
      sent += FRAME_BYTES + Buffer.byteLength(body);
      stream.end(body, () => {
        stamps.wroteRequest = performance.now();
      });
    }
    stamps.wroteRequest = performance.now();
    this.#countBytes(transmission, wireBytesSent(sent, this.info.tls, !this.#hasSent));
    this.#hasSent = true;
  }

  /** The frames of side-by-side streams cannot be told apart below TLS: what arrived goes to whoever saw it first. */
  #countBytes(transmission: Transmission, sent: number): void {
    const read = this.#transport.bytesRead;
    transmission.onBytes(sent, read - this.#bytesRead);
    this.#bytesRead = read;
  }

  #stopAt(transmission: Transmission, exchange: Exchange, bodyBytes: number): void {
    const wanted = transmission.bodyBytesWanted(exchange.head!);
    if (bodyBytes < wanted && exchange.head!.contentLength <= wanted) return;
    this.#answered(transmission, exchange);
    exchange.stream.close(CANCEL);
  }

  #answered(transmission: Transmission, exchange: Exchange): void {
    if (exchange.isDone) return;
    exchange.isDone = true;
    const endMs = performance.now();
    this.#countBytes(transmission, 0);
    this.#exchanges.delete(transmission);
    const head = exchange.head!;
    const received = exchange.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    this.wasUsed = true;
    this.#release();
    if (transmission.keepBody && transmission.requestHead.method !== "HEAD" && head.contentLength > received) {
      transmission.onFailure(bodyFailure("unexpected EOF"), endMs, "never", partialOf(exchange));
      return;
    }
    transmission.onAnswer(head, Buffer.concat(exchange.chunks), endMs);
  }

  #failed(transmission: Transmission, endMs: number): void {
    const exchange = this.#exchanges.get(transmission);
    if (exchange === undefined || exchange.isDone) return;
    exchange.isDone = true;
    this.#exchanges.delete(transmission);
    const { head, stream } = exchange;
    const failure = this.#describe(exchange);
    // A refused stream, or one above the peer's last, was not processed: it may be sent again.
    const isUnprocessed =
      head === undefined &&
      (stream.rstCode === REFUSED_STREAM ||
        (this.#goAway !== undefined && (stream.id ?? 0) > this.#goAway.lastStreamId));
    this.#release();
    transmission.onFailure(
      head === undefined ? failure : { ...failure, bare: true },
      endMs,
      isUnprocessed ? "always" : "never",
      partialOf(exchange),
    );
  }

  #describe({ stream, error }: Exchange): Failure {
    if (this.#goAway !== undefined && this.#goAway.code !== 0) return http2GoAwayFailure(this.#goAway);
    const code = stream.rstCode ?? 0;
    const cause = (error ?? this.#error) as { code?: string; message?: string } | undefined;
    if (cause?.code !== undefined && /^E[A-Z]+$/.test(cause.code)) {
      return ioFailure(ioDirection(cause), cause, {
        local: this.info.local,
        remote: joinHostPort(this.info.remoteIp, this.info.remotePort),
      });
    }
    if (cause?.code === "ERR_HTTP2_SESSION_ERROR") {
      return http2ConnectionFailure(Number(/code (\d+)/.exec(cause.message ?? "")?.[1] ?? code));
    }
    // The runtime cancels the streams of a connection that is gone; a peer that resets one leaves the connection open.
    if (!this.#session.destroyed && !this.#transport.destroyed) {
      return http2StreamFailure({ streamId: stream.id ?? 0, code, remote: true });
    }
    return this.#goAway === undefined ? genericFailure("unexpected EOF") : http2GoAwayFailure(this.#goAway);
  }

  abandon(transmission: Transmission): PartialAnswer | undefined {
    const exchange = this.#exchanges.get(transmission);
    if (exchange === undefined) return undefined;
    exchange.isDone = true;
    this.#exchanges.delete(transmission);
    exchange.stream.close(CANCEL);
    this.#release();
    return partialOf(exchange);
  }

  retire(): void {
    this.#isRetired = true;
    this.#leavePool();
    this.#release();
  }

  destroy(): void {
    this.#leavePool();
    this.#session.destroy();
  }

  #release(): void {
    if (this.#exchanges.size > 0) return;
    if (this.#isRetired) this.destroy();
    else this.#owner.onIdle(this);
  }

  #leavePool(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#owner.onClosed(this);
  }
}

function partialOf({ head, chunks }: Exchange): PartialAnswer | undefined {
  return head && { head, body: Buffer.concat(chunks) };
}

function headersOf(transmission: Transmission): Record<string, string> {
  const head = transmission.requestHead;
  const headers: Record<string, string> = {
    ":method": head.method,
    ":authority": head.host,
    ":scheme": "https",
    ":path": head.target,
  };
  for (let i = 0; i < head.headers.length; i += 2) {
    const name = head.headers[i]!.toLowerCase();
    if (!CONNECTION_FIELDS.has(name)) headers[name] = head.headers[i + 1]!;
  }
  if (head.authorization !== "") headers["authorization"] = head.authorization;
  if (head.cookie !== "") headers["cookie"] = head.cookie;
  if (head.userAgent) headers["user-agent"] = head.userAgent;
  if (head.bodyBytes > 0 || (head.bodyBytes === 0 && wantsZeroLength(head.method))) {
    headers["content-length"] = String(head.bodyBytes);
  }
  return headers;
}

/** RFC 9113, section 8.2.2, and what the pseudo headers and the framing replace. */
const CONNECTION_FIELDS = new Set([
  "connection",
  "content-length",
  "host",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
  "user-agent",
]);

function headOf(fields: Record<string, unknown>): ResponseHead {
  const headers: string[] = [];
  for (const [name, value] of Object.entries(fields)) {
    // Go keeps the names of trailers apart from the fields that it shows.
    if (name.startsWith(":") || name === "trailer") continue;
    for (const each of Array.isArray(value) ? value : [value]) headers.push(name, String(each));
  }
  const status = Number(fields[":status"]);
  const length = lastHeader(headers, "content-length");
  return new ResponseHead({
    status,
    statusText: `${status} ${STATUS_TEXT[status] ?? ""}`,
    proto: "HTTP/2.0",
    headers,
    contentLength: length !== undefined && /^[0-9]+$/.test(length) ? Number(length) : -1,
    isChunked: false,
    isLast: false,
  });
}
