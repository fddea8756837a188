/**
 * What a connection does for a request, and what a request offers to its connection.
 *
 * The two wire formats behind `HttpConnection` (`http1.ts`, `http2.ts`) know sockets and bytes; `request.ts` knows redirects,
 * authentication and timeouts. Between them go these few calls, all of them methods: no closure is made for a request.
 */
import type { Socket } from "node:net";
import type { Failure } from "./error-codes.ts";
import type { HeadMemory, ResponseHead } from "./http1-parser.ts";
import type { RequestHead } from "./headers.ts";
import type { Stamps } from "./timings.ts";
import type { TlsInfo } from "./tls.ts";

/** The body of a request as it goes out. */
export type WireBody = string | Uint8Array;

/**
 * What another attempt could do: `ifSafe` on a kept connection that ended before a byte of the answer (the server may have
 * closed it unseen, or may have acted), `always` where the server said that it did nothing.
 */
export type Repeat = "never" | "ifSafe" | "always";

/** An answer whose body broke off. */
export interface PartialAnswer {
  head: ResponseHead;
  body: Buffer;
}

/** One request on one connection. */
export interface Transmission {
  readonly requestHead: RequestHead;
  /** `requestHead` for HTTP/1.1, as text or ready bytes. */
  readonly wireHead: string | Buffer;
  readonly wireBody: WireBody | undefined;
  readonly keepBody: boolean;
  readonly headMemory: HeadMemory | undefined;
  readonly stamps: Stamps;
  /** How many bytes of an answer's body to read before it counts as read; only asked for answers with a Location. */
  bodyBytesWanted(head: ResponseHead): number;
  /** The answer is whole. The connection is already free for the next request, if it can be used again. */
  onAnswer(head: ResponseHead, body: Buffer, endMs: number): void;
  /**
   * No answer, or half of one.
   *
   * @param repeat Whether another attempt may help.
   * @param partial What arrived of the answer, if its head had.
   */
  onFailure(failure: Failure, endMs: number, repeat: Repeat, partial?: PartialAnswer): void;
  /** Bytes on the wire, the handshake's with those of the first request; sent ones are computed where there is TLS. */
  onBytes(sent: number, received: number): void;
}

export interface ConnectionInfo {
  /** Our end as `ip:port`, for error texts. */
  readonly local: string;
  readonly remoteIp: string;
  readonly remotePort: number;
  readonly tls: TlsInfo | undefined;
}

export interface HttpConnection {
  readonly info: ConnectionInfo;
  /** Key of the pool it belongs to. */
  readonly key: string;
  readonly isHttp2: boolean;
  /** It has carried a request before. */
  readonly wasUsed: boolean;
  /** A request can be started on it now. */
  readonly canTake: boolean;
  start(transmission: Transmission): void;
  /** Gives up a request without telling it. @returns What arrived of the answer, if its head had. */
  abandon(transmission: Transmission): PartialAnswer | undefined;
  /** Takes no more requests, and closes when those under way are done. */
  retire(): void;
  /** Closes at once; requests under way fail. */
  destroy(): void;
}

/** What every connection is made with. */
export interface ConnectionParts {
  info: ConnectionInfo;
  key: string;
  owner: ConnectionOwner;
  /** The TCP socket under TLS, which counts the bytes that arrive. */
  transport: Socket | undefined;
}

/** Whoever keeps the connection while it is idle. */
export interface ConnectionOwner {
  onIdle(connection: HttpConnection): void;
  onClosed(connection: HttpConnection): void;
}
