/**
 * One WebSocket connection, whichever code speaks the protocol underneath.
 *
 * The connection reports; it decides nothing about the script. Every event carries the moment (monotonic milliseconds,
 * `performance.now()`) at which its bytes arrived. Listeners are called from the runtime's event loop, never from
 * inside a method of the connection. After `onClose` nothing more is reported.
 *
 * Two members: `websocket-whatwg.ts` on Bun's own WebSocket, `websocket-ws.ts` on the frame parser of the `ws` package, which
 * runs everywhere and does what k6's client does, to the byte. `websocket-open.ts` chooses. What was found of Bun 1.4.5:
 *
 * | k6's client | Bun's WebSocket |
 * |---|---|
 * | sends any close code (0, 999, 1006, 70000 as 16 bits) | refuses all but 1000-1003, 1007-1014, 3000-4999 |
 * | delivers text that is no UTF-8, with U+FFFD | ends the connection |
 * | answers a close frame with its code alone | echoes the reason, too |
 * | tells the peer what was wrong with a frame (1002 and a text) | sends 1002 without a text, or nothing |
 * | delivers messages that come after its own close frame | drops them |
 * | says what was malformed in an answer that is no HTTP | says only that it was |
 * | takes a server that chooses no subprotocol, or one unasked | refuses it |
 * | offers permessage-deflate without context takeover | offers `client_max_window_bits` |
 * | sends path and query as they were typed | sends them as the WHATWG URL parser rewrites them |
 * | names what is wrong with a certificate | tells OpenSSL's code |
 * | tells a reset connection from one that ended | does not |
 * | tells the peer's address | does not; it is the dialled one where that was an address |
 * | connects from an address that was chosen | from the one that the system chooses |
 *
 * Alike in both: request headers, Host, the answer's raw headers and body, pings and pongs with payload, early
 * messages, client certificates, SNI apart from the dialled address, `terminate` after what was sent.
 *
 * Measured with `bench/websocket-transport.ts` (2 cores, loopback): CPU for a message there and back 1.02 to 1.09 times the bare
 * WebSocket for `whatwg`, 1.07 to 1.15 for `ws`; peak memory of an open socket 13 KB for `whatwg`, 7 KB for `ws`, 6.4 KB bare.
 *
 * RFC 6455; behaviour that scripts can observe follows k6 v2.2.0, whose client is gorilla/websocket.
 */

export interface WebSocketRequest {
  /** Absolute ws: or wss: URL without fragment, already checked. */
  url: string;
  /** Header names and values in order; no handshake headers of the protocol itself among them. */
  headers: readonly (readonly [name: string, value: string])[];
  protocols: readonly string[];
  /** Offer `permessage-deflate; server_no_context_takeover; client_no_context_takeover`. */
  compression: boolean;
  tls: WebSocketTls;
  /** Where to connect instead of the URL's host (option `hosts`, DNS policy); the Host header and SNI stay the URL's. */
  connectTo?: { host: string; port: number };
  /** Address of this machine to connect from (option `localIPs`). */
  localIp?: string;
  /** Proxy URL (http:), if one applies. */
  proxy?: string;
  /**
   * k6's behaviour to the byte, also where the script or the peer leaves the usual path: see the table at the head of this
   * file for what the runtime's own WebSocket then does otherwise.
   */
  exact?: boolean;
  /** Milliseconds for dial and handshake together; 0 means no limit. */
  timeoutMs: number;
}

export interface WebSocketTls {
  insecureSkipVerify: boolean;
  /** PEM. */
  cert?: string;
  key?: string;
  passphrase?: string;
  ca?: string;
  minVersion?: "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3";
  maxVersion?: "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3";
  ciphers?: string;
}

/** The answer to the upgrade request, also when it was refused. */
export interface Handshake {
  /** 101 when the connection is open; 0 when no HTTP answer could be read. */
  status: number;
  statusText: string;
  /** In the order and spelling of the wire. */
  headers: readonly (readonly [name: string, value: string])[];
  /** Body of a refused upgrade, at most its first 1024 bytes, as k6 keeps it. */
  body: string;
  /** Names of agreed extensions, e.g. `permessage-deflate; ...`; empty if none. */
  extensions: string;
  protocol: string;
}

export interface WebSocketEvents {
  onOpen(handshake: Handshake, atMs: number): void;
  /** Text arrives as a string in which invalid UTF-8 is U+FFFD, binary as bytes that the listener owns. */
  onMessage(data: string | Uint8Array<ArrayBuffer>, atMs: number): void;
  /** The connection has already answered. */
  onPing(payload: Uint8Array, atMs: number): void;
  onPong(payload: Uint8Array, atMs: number): void;
  /** The connection is no longer backed up. */
  onDrain?(): void;
  /**
   * The end, exactly once.
   *
   * A failed dial or refused handshake has `error` and, if the server answered, `handshake`. After an open connection:
   * `code` is what the peer's close frame said (1005 if it had none), 1006 when the connection ended without one.
   */
  onClose(end: WebSocketEnd): void;
}

export interface WebSocketEnd {
  atMs: number;
  code: number;
  reason: string;
  /** The peer's close frame arrived. */
  closeFrameReceived: boolean;
  /**
   * In k6's words: `dial tcp 127.0.0.1:1: connect: connection refused`, `websocket: bad handshake`, `unexpected EOF`,
   * `websocket: close 1006 (abnormal closure): unexpected EOF`... Absent after a close frame and after `terminate`.
   */
  error?: string;
  handshake?: Handshake;
  /** The peer broke the protocol (reserved bits, bad opcode, masked or oversized control frame, bad close code). */
  protocolError?: boolean;
  /** Reading failed in a way that is no close for k6: the connection was reset, or a compressed message is corrupt. */
  readError?: boolean;
  /** What writing fails with since then, where the connection is gone: `write tcp ip:port->ip:port: write: broken pipe`. */
  writeError?: string;
}

export interface WebSocketConnection {
  /** Address of the peer as `ip:port`; empty before the connection is open or where the runtime does not tell. */
  readonly remoteAddress: string;
  /** Bytes handed to `send` and not yet to the kernel, payload only. */
  readonly bufferedBytes: number;
  /** The kernel has not taken all that was sent, and `onDrain` will tell when it has; absent where nothing does. */
  readonly isBackedUp?: boolean;
  /** Bytes on the wire so far: handshake, frame headers and, but for `websocket-whatwg.ts`, TLS. Computed where the runtime does not tell. */
  readonly bytesSent: number;
  readonly bytesReceived: number;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  ping(payload: Uint8Array<ArrayBuffer>): void;
  /**
   * Sends a close frame; the connection ends when the peer has answered, and messages may come until then.
   *
   * Before the connection is open it takes effect right after `onOpen`. A second close is ignored, and so is what is sent
   * after the first.
   *
   * @param code Any integer; its low 16 bits are sent. 1005 sends an empty close frame.
   */
  close(code: number, reason: string): void;
  /** Ends the connection at once, without waiting for the peer; what was sent before is still delivered. */
  terminate(): void;
}

/** Opens a connection; failures arrive at `onClose`, never as an exception. */
export type OpenWebSocket = (request: WebSocketRequest, events: WebSocketEvents) => WebSocketConnection;
