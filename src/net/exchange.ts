/** What one request and its answer leave behind: one for each hop, as k6 emits one set of samples for each. */
import { type Failure, errorCodeForStatus } from "./error-codes.ts";
import type { ConnectionInfo } from "./connection.ts";
import type { RequestHead } from "./headers.ts";
import type { ResponseHead } from "./http1-parser.ts";
import type { Timings } from "./timings.ts";
import type { GoUrl } from "./url.ts";

export class HttpExchange {
  readonly method: string;
  /** With user and password, unless the authentication took them out. */
  readonly url: GoUrl;
  /** What was sent, or would have been. */
  readonly request: RequestHead;
  /** Absent if no answer was understood. Shared with other exchanges: do not change it; see its `derived`. */
  readonly head: ResponseHead | undefined;
  /** What went wrong, if anything did. Then k6 shows status 0, even if a head had arrived. */
  failure: Failure | undefined;
  /** Decoded body; `undefined` if it was not to be kept, the status allows none, or nothing arrived. */
  body: Buffer | undefined;
  readonly timings: Timings;
  readonly connection: ConnectionInfo | undefined;
  /** Bytes of this request and answer on the wire; those of a handshake go to its first request. */
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** Monotonic milliseconds (`performance.now()`). */
  readonly startedAtMs: number;
  readonly endedAtMs: number;

  constructor(parts: {
    method: string;
    url: GoUrl;
    request: RequestHead;
    head: ResponseHead | undefined;
    failure: Failure | undefined;
    body: Buffer | undefined;
    timings: Timings;
    connection: ConnectionInfo | undefined;
    bytesSent: number;
    bytesReceived: number;
    startedAtMs: number;
    endedAtMs: number;
  }) {
    this.method = parts.method;
    this.url = parts.url;
    this.request = parts.request;
    this.head = parts.head;
    this.failure = parts.failure;
    this.body = parts.body;
    this.timings = parts.timings;
    this.connection = parts.connection;
    this.bytesSent = parts.bytesSent;
    this.bytesReceived = parts.bytesReceived;
    this.startedAtMs = parts.startedAtMs;
    this.endedAtMs = parts.endedAtMs;
  }

  /** 0 if the exchange failed. */
  get status(): number {
    return this.failure === undefined && this.head !== undefined ? this.head.status : 0;
  }

  /** `200 OK`; empty if the exchange failed. */
  get statusText(): string {
    return this.failure === undefined && this.head !== undefined ? this.head.statusText : "";
  }

  /** `HTTP/1.1`, `HTTP/2.0`; empty if the exchange failed. */
  get proto(): string {
    return this.failure === undefined && this.head !== undefined ? this.head.proto : "";
  }

  /** k6's text; empty if nothing went wrong. */
  get error(): string {
    return this.failure?.error ?? "";
  }

  /** k6's number: of the failure, or 1000 + status from 400 on, or 0. */
  get errorCode(): number {
    return this.failure?.errorCode ?? errorCodeForStatus(this.status);
  }

  /** Empty before there was a connection. */
  get remoteIp(): string {
    return this.connection?.remoteIp ?? "";
  }

  get remotePort(): number {
    return this.connection?.remotePort ?? 0;
  }
}
