/**
 * WebSocket connections on the runtime's own WHATWG `WebSocket`, as Bun has it.
 *
 * Bun adds to the standard what a load test needs: request headers, `tls`, `ping()` and `terminate()`, events for pings and pongs,
 * and an undocumented `handshake` event, before `open` and before the `error` of a refused upgrade, with
 * `{ statusCode, statusMessage, rawHeaders, body }`. What it cannot do is in the table of `websocket.ts`; `whatwgLacks` is that
 * table for one request.
 *
 * Bytes on the wire are computed: the runtime tells only payloads.
 */
import {
  certificateHostFailure,
  dialFailure,
  joinHostPort,
  lookupFailure,
  tlsFailure,
  unknownAuthorityFailure,
} from "./error-codes.ts";
import { isIP } from "../base/ip.ts";
import { CloseCode, closeErrorText } from "./websocket-close.ts";
import { closePayload, frameSize } from "./websocket-frame.ts";
import {
  canonicalName,
  decodeUtf8,
  handshakeRequest,
  parseTarget,
  REFUSED_BODY_BYTES_MAX,
  type Target,
  wireHeaders,
} from "./websocket-handshake.ts";
import type {
  Handshake,
  OpenWebSocket,
  WebSocketConnection,
  WebSocketEnd,
  WebSocketEvents,
  WebSocketRequest,
} from "./websocket.ts";

export const openWhatwg: OpenWebSocket = (request, events) => new WhatwgConnection(request, events);

/** What the request needs that this member has not; `undefined` if it can do the job. */
export function whatwgLacks(request: WebSocketRequest): string | undefined {
  if (!("Bun" in globalThis))
    return "request headers, pings and the answer to the handshake are known to Bun's WebSocket only";
  if (request.exact) return "exact behaviour with close codes, invalid text and broken handshakes";
  if (request.compression) return "its own choice of what to offer for compression";
  if (request.localIp) return "an address to connect from";
  if (request.proxy) return "the proxy's reason for a refusal";
  const namesProtocol = request.headers.some(([name]) => canonicalName(name) === "Sec-Websocket-Protocol");
  if (namesProtocol || request.protocols.length > 0) return "a server that chooses none of the subprotocols";
  if (request.tls.minVersion || request.tls.maxVersion || request.tls.ciphers) return "TLS versions and cipher suites";
  const target = parseTarget(request.url);
  const url = URL.canParse(request.url) ? new URL(request.url) : undefined;
  if (url === undefined || target.path !== url.pathname + url.search) return "a path or query as it was typed";
  return undefined;
}

/** RFC 6455, section 1.3; only its length matters, for the count of bytes. */
const KEY_FOR_COUNT = "AAAAAAAAAAAAAAAAAAAAAA==";

/** How long a peer that does not read can hold what was sent before `terminate`: k6's limit for a write. */
const LINGER_MS = 10_000;

/** The runtime has no event for "all is sent", so it is asked. */
const LINGER_POLL_MS = 5;

/** Bun's additions to the standard interface. */
interface NativeWebSocket extends WebSocket {
  ping(payload?: Uint8Array): void;
  terminate(): void;
}

interface NativeHandshake {
  statusCode: number;
  statusMessage: string;
  rawHeaders: string[];
  body: Uint8Array;
}

type NativeError = Error & { code?: string };

class WhatwgConnection implements WebSocketConnection {
  readonly #socket: NativeWebSocket | undefined;
  readonly #target: Target;
  readonly #dialled: { ip: string; port: number };
  #events: WebSocketEvents | undefined;
  #handshake: Handshake | undefined;
  #error: NativeError | undefined;
  #open = false;
  #closeSent = false;
  #closeWanted: { code: number; reason: string } | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #terminated = false;
  readonly #requestBytes: number;
  bytesSent = 0;
  bytesReceived = 0;

  constructor(request: WebSocketRequest, events: WebSocketEvents) {
    this.#events = events;
    const target = parseTarget(request.url);
    const { host, port } = request.connectTo ?? target;
    this.#target = target;
    this.#dialled = { ip: host, port };
    this.#requestBytes = Buffer.byteLength(handshakeRequest(request, target, KEY_FOR_COUNT));
    try {
      this.#socket = openNative(request, target);
    } catch (error) {
      this.#error = error as NativeError;
      setImmediate(() =>
        this.#finish({ atMs: performance.now(), code: CloseCode.Abnormal, reason: "", error: String(error) }),
      );
      return;
    }
    this.#socket.binaryType = "arraybuffer";
    for (const type of ["handshake", "open", "message", "ping", "pong", "error", "close"]) {
      this.#socket.addEventListener(type, this);
    }
    if (request.timeoutMs > 0) this.#timer = setTimeout(() => this.#timeOut(), request.timeoutMs);
  }

  get remoteAddress(): string {
    const { ip, port } = this.#dialled;
    return this.#open && isIP(ip) !== 0 ? joinHostPort(ip, port) : "";
  }

  get bufferedBytes(): number {
    return this.#socket?.bufferedAmount ?? 0;
  }

  /** Internal: one listener for all events, so that a connection needs no closures. */
  handleEvent(event: Event): void {
    const atMs = performance.now();
    switch (event.type) {
      case "message":
        this.#message((event as MessageEvent).data, atMs);
        break;
      case "ping":
        this.#control(event as MessageEvent, (payload) => {
          this.bytesSent += frameSize(payload.length, true);
          this.#events?.onPing(payload, atMs);
        });
        break;
      case "pong":
        this.#control(event as MessageEvent, (payload) => this.#events?.onPong(payload, atMs));
        break;
      case "handshake":
        this.#answered((event as MessageEvent).data as NativeHandshake);
        break;
      case "open":
        this.#opened(atMs);
        break;
      case "error":
        this.#error = (event as ErrorEvent).error as NativeError;
        break;
      case "close":
        this.#closed(event as CloseEvent, atMs);
        break;
    }
  }

  #message(data: string | ArrayBuffer, atMs: number): void {
    const text = typeof data === "string";
    this.bytesReceived += frameSize(text ? Buffer.byteLength(data) : data.byteLength, false);
    this.#events?.onMessage(text ? data : new Uint8Array(data), atMs);
  }

  #control(event: MessageEvent, report: (payload: Uint8Array) => void): void {
    const payload = new Uint8Array(event.data as ArrayBuffer);
    this.bytesReceived += frameSize(payload.length, false);
    report(payload);
  }

  #answered(answer: NativeHandshake): void {
    const headers: [string, string][] = [];
    for (let i = 0; i + 1 < answer.rawHeaders.length; i += 2)
      headers.push([answer.rawHeaders[i]!, decodeUtf8(answer.rawHeaders[i + 1]!)]);
    const all = (wanted: string) => headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value);
    const body = Buffer.from(answer.body);
    this.bytesSent += this.#requestBytes;
    this.bytesReceived += `HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\n\r\n`.length + body.length;
    for (const [name, value] of headers) this.bytesReceived += name.length + value.length + 4;
    this.#handshake = {
      status: answer.statusCode,
      statusText: answer.statusMessage,
      headers,
      body: body.subarray(0, REFUSED_BODY_BYTES_MAX).toString(),
      extensions: all("sec-websocket-extensions").join(", "),
      protocol: all("sec-websocket-protocol")[0] ?? "",
    };
  }

  #opened(atMs: number): void {
    clearTimeout(this.#timer);
    this.#open = true;
    this.#events?.onOpen(this.#handshake!, atMs);
    if (this.#closeWanted) this.close(this.#closeWanted.code, this.#closeWanted.reason);
  }

  #closed(event: CloseEvent, atMs: number): void {
    const base = { atMs, code: CloseCode.Abnormal as number, reason: "", closeFrameReceived: false };
    const error = this.#error;
    if (this.#terminated) {
      return; // Reported by `terminate`.
    }
    if (!this.#open) {
      this.#finish({ ...base, error: this.#refusal(error), handshake: this.#handshake });
    } else if (event.wasClean && event.code !== CloseCode.Abnormal) {
      this.bytesReceived += frameSize(closePayload(event.code, event.reason).length, false);
      if (!this.#closeSent) this.bytesSent += frameSize(closePayload(event.code, event.reason).length, true);
      this.#finish({ ...base, code: event.code, reason: event.reason, closeFrameReceived: true });
    } else if (error?.code === "WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH" && error.message.endsWith("control frame: 1")) {
      // A close frame of one byte: k6 takes it for one without a code.
      this.#finish({ ...base, code: CloseCode.NoStatus, closeFrameReceived: true });
    } else if (error?.code?.startsWith("WS_ERR_")) {
      this.#finish({ ...base, error: `websocket: ${error.message}`, protocolError: true });
    } else if (error) {
      this.#finish({ ...base, error: error.message, readError: true });
    } else {
      const reason = "unexpected EOF";
      this.#finish({ ...base, reason, error: closeErrorText(CloseCode.Abnormal, reason) });
    }
  }

  /** Why the connection did not open, in k6's words as far as the runtime tells. */
  #refusal(error: NativeError | undefined): string {
    if (this.#handshake) return "websocket: bad handshake";
    const code = error?.code ?? "";
    const ends = { local: "", remote: joinHostPort(this.#dialled.ip, this.#dialled.port) };
    if (code === "ENOTFOUND" || code.startsWith("EAI_")) return lookupFailure(this.#dialled.ip, error).text;
    if (code === "ECONNRESET") return "unexpected EOF";
    if (code.startsWith("HPE_")) return "malformed HTTP response";
    if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
      return certificateHostFailure(
        `x509: certificate is not valid for any names, but wanted to match ${this.#target.host}`,
      ).text;
    }
    if (/CERT|ISSUER|SIGNATURE|CHAIN/.test(code)) return unknownAuthorityFailure().text;
    if (/^ERR_SSL|^ERR_TLS/.test(code)) return tlsFailure(error, ends).text;
    return dialFailure(error, this.#dialled).text;
  }

  #timeOut(): void {
    const { ip, port } = this.#dialled;
    this.#finish({
      atMs: performance.now(),
      code: CloseCode.Abnormal,
      reason: "",
      error: `dial tcp ${joinHostPort(ip, port)}: i/o timeout`,
    });
    this.#socket?.terminate();
  }

  #finish(end: Omit<WebSocketEnd, "closeFrameReceived"> & { closeFrameReceived?: boolean }): void {
    const events = this.#events;
    this.#events = undefined;
    clearTimeout(this.#timer);
    events?.onClose({ closeFrameReceived: false, ...end });
  }

  send(data: string | Uint8Array<ArrayBuffer>): void {
    if (!this.#open || this.#closeSent || !this.#events) return;
    this.bytesSent += frameSize(typeof data === "string" ? Buffer.byteLength(data) : data.length, true);
    this.#socket?.send(data);
  }

  ping(payload: Uint8Array<ArrayBuffer>): void {
    if (!this.#open || this.#closeSent || !this.#events) return;
    this.bytesSent += frameSize(payload.length, true);
    this.#socket?.ping(payload);
  }

  /** Codes that the standard forbids go out as a close frame without a code. */
  close(code: number, reason: string): void {
    if (!this.#open) {
      this.#closeWanted ??= { code, reason };
      return;
    }
    if (this.#closeSent || !this.#events) return;
    this.#closeSent = true;
    const sendable = isSendable(code);
    this.bytesSent += frameSize(sendable ? closePayload(code, reason).length : 0, true);
    if (sendable) this.#socket?.close(code, reason);
    else this.#socket?.close();
  }

  terminate(): void {
    const socket = this.#socket;
    if (!this.#events || !socket) return;
    this.#terminated = true;
    const { ip, port } = this.#dialled;
    const error = this.#open ? undefined : `dial tcp ${joinHostPort(ip, port)}: operation was canceled`;
    setImmediate(() => this.#finish({ atMs: performance.now(), code: CloseCode.Abnormal, reason: "", error }));
    terminateWhenSent(socket, performance.now() + LINGER_MS);
  }
}

/** Bun's `terminate()` drops what the kernel has not taken yet; k6's does not. */
function terminateWhenSent(socket: NativeWebSocket, untilMs: number): void {
  if (socket.bufferedAmount === 0 || performance.now() > untilMs) socket.terminate();
  else setTimeout(terminateWhenSent, LINGER_POLL_MS, socket, untilMs);
}

/** What `close()` of Bun's WebSocket takes; the standard allows only 1000 and 3000 to 4999. */
function isSendable(code: number): boolean {
  return (code >= 1000 && code <= 1014 && (code < 1004 || code > 1006)) || (code >= 3000 && code <= 4999);
}

function openNative(request: WebSocketRequest, target: Target): NativeWebSocket {
  const { tls } = request;
  // The runtime writes the protocol's own headers; a header value is a string of bytes to it.
  const headers = wireHeaders(request, target, "")
    .filter(([name]) => !/^(Upgrade|Connection|Sec-WebSocket-(Key|Version|Extensions))$/i.test(name))
    .map(([name, value]) => [name, Buffer.from(value).toString("latin1")]);
  const url = new URL(request.url);
  url.hash = "";
  if (request.connectTo) {
    url.hostname = request.connectTo.host.includes(":") ? `[${request.connectTo.host}]` : request.connectTo.host;
    url.port = String(request.connectTo.port);
  }
  const options = {
    headers,
    perMessageDeflate: false,
    ...(target.secure
      ? {
          tls: {
            rejectUnauthorized: !tls.insecureSkipVerify,
            cert: tls.cert,
            key: tls.key,
            passphrase: tls.passphrase,
            ca: tls.ca,
            ...(isIP(target.host) === 0 ? { serverName: target.host } : {}),
          },
        }
      : {}),
  };
  return new (WebSocket as unknown as new (url: string, options: object) => NativeWebSocket)(url.href, options);
}
