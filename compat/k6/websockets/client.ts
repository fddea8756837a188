/**
 * The side of a WebSocket that no script sees, for `k6/websockets` and `k6/ws`: from the params to a connection, and the
 * samples, tags, cookies and bytes on the way.
 *
 * Each connection gives one sample of ws_sessions and ws_connecting, also if it fails. A sample is taken when its bytes
 * arrive, whatever the VU is doing then, and none once the iteration is over, as in k6.
 */
import {
  assert,
  type ContextHook,
  type IterationContext,
  type Metric,
  type TagSet,
  type Vu,
  type VuRuntime,
} from "../../../src/module-api.ts";
import {
  cookieHeader,
  cookieJarOf,
  GoUrl,
  type Handshake,
  madeCookieJarOf,
  networkOf,
  parseSetCookies,
  parseUrl,
  RemoteConnection,
  type RemoteResolving,
  type RemoteWebSocketAnswer,
  UrlError,
  type WebSocketConnection,
  type WebSocketEnd,
  type WebSocketRequest,
} from "../../../src/websocket-api.ts";
import type { SocketParams } from "./params.ts";

/** k6's limit for dialling and the handshake together. */
const HANDSHAKE_TIMEOUT_MS = 60_000;

/** How long a peer has to answer the close frame of an interrupted iteration; k6 would wait for ever. */
const INTERRUPTED_CLOSE_MS = 1_000;

const SET_COOKIE = "set-cookie";
const ABNORMAL_CLOSURE = 1006;

/** What the sockets of one thread share. */
export class SocketThread {
  readonly runtime: VuRuntime;
  readonly sessions: Metric;
  readonly connecting: Metric;
  readonly sessionDuration: Metric;
  readonly sent: Metric;
  readonly received: Metric;
  readonly ping: Metric;
  /** Added to a monotonic moment gives milliseconds since the epoch. */
  readonly epochOffsetMs: number;

  constructor(runtime: VuRuntime) {
    const metric = (name: string): Metric => {
      const found = runtime.registry.get(name);
      assert(found !== undefined, `${name} is a built-in metric`);
      return found;
    };
    this.runtime = runtime;
    this.sessions = metric("ws_sessions");
    this.connecting = metric("ws_connecting");
    this.sessionDuration = metric("ws_session_duration");
    this.sent = metric("ws_msgs_sent");
    this.received = metric("ws_msgs_received");
    this.ping = metric("ws_ping");
    this.epochOffsetMs = runtime.clock.epochMs() - runtime.clock.nowMs();
  }
}

interface PreparedDial {
  request: WebSocketRequest;
  /** What is to be resolved; undefined if a proxy does. */
  dial: { hostname: string; port: number } | undefined;
}

export interface DialTarget {
  /** As it is dialled; its fragment is not sent. */
  url: string;
  params: SocketParams;
  protocols: readonly string[];
}

/** How far a connection has come. */
const OPEN = 1;
const ENDED = 2;
const FINISHED = 4;
/** The first flag that is free for what a subclass notes of itself. */
export const OWN_FLAG = 8;

/** Pings with payloads of their own. */
interface Pings {
  count: number;
  /** When those were sent that have not been answered. */
  readonly sentMs: Map<string, number>;
}

/** One connection and what is measured of it. Tests have thousands, so members that most do not need are only declared. */
export abstract class Client implements ContextHook {
  readonly thread: SocketThread;
  readonly vu: Vu;
  nextHook: ContextHook | undefined;
  previousHook: ContextHook | undefined;
  /** Monotonic; when the script asked for the connection. */
  readonly startMs: number;
  protected connection: WebSocketConnection | undefined;
  /** The connection, if another thread holds it. */
  declare protected remote?: RemoteConnection;
  protected tags: TagSet;
  declare private readonly metadata?: Record<string, string>;
  private readonly context: IterationContext;
  /** Until the answer has come. */
  private dialling: { url: GoUrl; jar: SocketParams["jar"] } | undefined;
  /** `OPEN`, `ENDED` and `FINISHED`, and the subclass's own. */
  protected flags = 0;
  declare private pings?: Pings;

  constructor(thread: SocketThread, tags: TagSet) {
    const { vu, clock } = thread.runtime;
    this.thread = thread;
    this.vu = vu;
    this.tags = tags;
    if (vu.metadata !== undefined) this.metadata = vu.metadata;
    this.context = vu.context;
    this.startMs = clock.nowMs();
  }

  /** The connection is there. */
  protected abstract opened(handshake: Handshake, atMs: number): void;
  /** The connection could not be made. */
  protected abstract failed(error: string, handshake: Handshake | undefined, atMs: number): void;
  /** The open connection has ended. */
  protected abstract closed(end: WebSocketEnd): void;
  /** The iteration is over and the script will not see to the connection any more. */
  abstract contextEnded(): void;
  abstract onMessage(data: string | Uint8Array<ArrayBuffer>, atMs: number): void;
  abstract onPing(payload: Uint8Array, atMs: number): void;
  abstract onPong(payload: Uint8Array, atMs: number): void;

  // ---- connecting ------------------------------------------------------------------------------------------------

  /** Dials; `opened` or `failed` is called later, never from inside. */
  protected dial(target: DialTarget): void {
    const dial = this.prepareDial(target);
    if (typeof dial === "string") this.refuse(dial);
    else if (dial.dial === undefined)
      this.connection = networkOf(this.thread.runtime).openWebSocket(dial.request, this);
    else this.resolveAndDial(dial.request, dial.dial);
    this.context.hook(this);
  }

  private resolveAndDial(request: WebSocketRequest, { hostname, port }: { hostname: string; port: number }): void {
    const network = networkOf(this.thread.runtime);
    network.resolver.resolve(hostname, port, (failure, address) => {
      if (this.dialling === undefined) return; // given up while the name was looked up
      if (failure !== undefined) {
        this.refuse(failure.text);
        return;
      }
      request.connectTo = { host: address!.ip, port: address!.port };
      this.connection = network.openWebSocket(request, this);
    });
  }

  /** Dials by way of another thread, because this one is blocked; `opened` or `failed` is called from `wait`. */
  protected dialRemote(target: DialTarget): void {
    const { runtime, epochOffsetMs } = this.thread;
    const dial = this.prepareDial(target);
    this.context.hook(this);
    if (typeof dial === "string") {
      this.refuseNow(dial);
      return;
    }
    const { options } = runtime;
    const { hosts, blacklistIPs, blockHostnames } = options;
    const { dns } = networkOf(runtime).settings;
    const resolving: RemoteResolving = {
      dns,
      ...(hosts && { hosts }),
      ...(blacklistIPs && { blacklistIPs }),
      ...(blockHostnames && { blockHostnames }),
    };
    this.remote = new RemoteConnection(
      {
        request: dial.request,
        dial: dial.dial && { ...dial.dial, resolving },
        transport: runtime.webSocketTransport,
      },
      {
        ask: (call) => runtime.remoteIo.call("webSocket", call, this.vu) as RemoteWebSocketAnswer | undefined,
        events: this,
        epochOffsetMs,
      },
    );
    this.connection = this.remote;
  }

  /** What is to be dialled, or why it cannot be. */
  private prepareDial({ url, params, protocols }: DialTarget): PreparedDial | string {
    const { runtime } = this.thread;
    let target: GoUrl;
    try {
      target = httpUrl(url);
    } catch (error) {
      if (!(error instanceof UrlError)) throw error;
      return error.message;
    }
    this.dialling = { url: target, jar: params.jar };
    const { headers } = params;
    const cookie = headers.has("Cookie") ? "" : cookieHeader(target, params.jar ?? madeCookieJarOf(this.vu), undefined);
    if (cookie !== "") headers.set("Cookie", cookie);
    const secure = target.scheme === "https";
    const { hostname } = target;
    const request: WebSocketRequest = {
      url,
      headers: [...headers],
      protocols,
      compression: params.compression,
      tls: secure ? this.tlsFor(hostname) : NO_TLS,
      exact: true,
      timeoutMs: HANDSHAKE_TIMEOUT_MS,
    };
    const localIp = networkOf(runtime).localIpOf(this.vu);
    if (localIp !== undefined) request.localIp = localIp;
    const { proxy, failure } = networkOf(runtime).proxies.choose(target);
    if (failure !== undefined) return failure.text;
    if (proxy === undefined) {
      const port = target.port === "" ? (secure ? 443 : 80) : Number(target.port);
      return { request, dial: { hostname, port } };
    }
    if (proxy.scheme !== "http") return `proxy: unknown scheme: ${proxy.scheme}`;
    request.proxy = proxyUrl(proxy);
    return { request, dial: undefined };
  }

  private tlsFor(hostname: string): WebSocketRequest["tls"] {
    const { tls } = networkOf(this.thread.runtime);
    return { insecureSkipVerify: tls.insecureSkipVerify, ...(tls.plainOptions(hostname) as object) };
  }

  /** Fails without a connection. */
  private refuse(error: string): void {
    this.thread.runtime.clock.setImmediate(() => this.refuseNow(error));
  }

  private refuseNow(error: string): void {
    const atMs = this.thread.runtime.clock.nowMs();
    this.onClose({ atMs, code: ABNORMAL_CLOSURE, reason: "", closeFrameReceived: false, error });
  }

  /** Internal: from the transport. */
  onOpen(handshake: Handshake, atMs: number): void {
    this.flags |= OPEN;
    this.answered(handshake);
    const { remoteAddress } = this.connection!;
    const ip = remoteAddress.slice(0, remoteAddress.lastIndexOf(":")).replace(/^\[|\]$/g, "");
    if (ip !== "") this.setSystemTag("ip", ip);
    this.opened(handshake, atMs);
    this.thread.runtime.onSocketChange();
  }

  /** Internal: from the transport. */
  onClose(end: WebSocketEnd): void {
    if ((this.flags & ENDED) !== 0) return;
    this.flags |= ENDED;
    if (this.isConnected) {
      this.closed(end);
      this.thread.runtime.onSocketChange();
      return;
    }
    if (end.handshake !== undefined) this.answered(end.handshake);
    this.dialling = undefined;
    this.failed(end.error ?? "", end.handshake, end.atMs);
  }

  private answered(handshake: Handshake): void {
    const setCookies: string[] = [];
    for (const [name, value] of handshake.headers)
      if (name.length === SET_COOKIE.length && name.toLowerCase() === SET_COOKIE) setCookies.push(value);
    if (setCookies.length > 0 && this.dialling !== undefined && !this.context.done) {
      const jar = this.dialling.jar ?? cookieJarOf(this.vu);
      jar.store(this.dialling.url, parseSetCookies(setCookies));
    }
    this.dialling = undefined;
    this.setSystemTag("status", String(handshake.status));
    this.setSystemTag("subproto", this.subprotocolTag(handshake));
  }

  /** Whose subprotocol the tag is: that of the answer, or of the connection that was made. */
  protected abstract subprotocolTag(handshake: Handshake): string;

  protected setSystemTag(name: string, value: string): void {
    this.tags = this.vu.withSystemTag(this.tags, name, value);
  }

  protected recordConnecting(atMs: number): void {
    this.record(this.thread.sessions, 1, this.startMs);
    this.record(this.thread.connecting, atMs - this.startMs, this.startMs);
  }

  // ---- pings -----------------------------------------------------------------------------------------------------

  /** Sends a ping with a payload of its own. */
  protected sendPing(): void {
    this.pings ??= { count: 0, sentMs: new Map() };
    const id = String(this.pings.count++);
    this.pings.sentMs.set(id, this.thread.runtime.clock.nowMs());
    this.connection!.ping(Uint8Array.from(Buffer.from(id)));
  }

  /** @returns False if no ping of this connection had that payload. */
  protected trackPong(id: string, atMs: number): boolean {
    const { pings } = this;
    const sentMs = pings?.sentMs.get(id);
    if (sentMs === undefined) return String(Number(id)) === id && Number(id) < (pings?.count ?? 0);
    pings!.sentMs.delete(id);
    this.record(this.thread.ping, atMs - sentMs, atMs);
    return true;
  }

  // ---- the end ---------------------------------------------------------------------------------------------------

  /** Takes a sample at a monotonic moment, unless the iteration is over. */
  protected record(metric: Metric, value: number, atMs: number): void {
    if (this.context.done) return;
    const { runtime, epochOffsetMs } = this.thread;
    runtime.recorder.add(metric, this.tags, value, atMs + epochOffsetMs, this.metadata);
  }

  protected get isConnected(): boolean {
    return (this.flags & OPEN) !== 0;
  }

  /** The peer's close frame has come, or the connection is gone; the script may not have been told yet. */
  protected get hasEnded(): boolean {
    return (this.flags & ENDED) !== 0;
  }

  /** Gives up dialling; `failed` follows. */
  protected cancelDial(): void {
    this.dialling = undefined;
    if (this.connection !== undefined) this.connection.terminate();
    else this.refuse("operation was canceled");
  }

  /** Ends the connection if the peer does not, a moment after the close frame of an interrupted iteration. */
  protected terminateSoon(): void {
    this.thread.runtime.clock.setTimeout(() => this.connection?.terminate(), INTERRUPTED_CLOSE_MS);
  }

  /** Counts the bytes and lets go of the iteration; once, when nothing more is to come. */
  protected finish(): void {
    if ((this.flags & FINISHED) !== 0) return;
    this.flags |= FINISHED;
    this.context.unhook(this);
    const { connection, vu } = this;
    if (connection === undefined) return;
    vu.addTraffic(connection.bytesSent, connection.bytesReceived);
  }
}

interface Proxy {
  scheme: string;
  hostname: string;
  port: number;
  authorization: string;
}

const NO_TLS: WebSocketRequest["tls"] = { insecureSkipVerify: false };

/** The last URL that was dialled: the sockets of a test mostly go to one, thousands within a second. */
let last: { text: string; url: GoUrl } | undefined;

/**
 * What cookies, proxies and names go by: the URL of the handshake's request.
 *
 * @throws {UrlError} In k6's words.
 */
function httpUrl(text: string): GoUrl {
  if (last?.text !== text) last = { text, url: parseHttpUrl(text) };
  return last.url;
}

function parseHttpUrl(text: string): GoUrl {
  const url = parseUrl(text);
  if ((url.scheme !== "ws" && url.scheme !== "wss") || url.user !== undefined || url.opaque !== "") {
    throw new UrlError("malformed ws or wss URL");
  }
  return new GoUrl({ ...url, scheme: url.scheme === "ws" ? "http" : "https" });
}

function proxyUrl(proxy: Proxy): string {
  const host = proxy.hostname.includes(":") ? `[${proxy.hostname}]` : proxy.hostname;
  const basic = /^Basic (.*)$/.exec(proxy.authorization)?.[1];
  if (basic === undefined) return `http://${host}:${proxy.port}`;
  const login = Buffer.from(basic, "base64").toString();
  const colon = login.indexOf(":");
  const user = encodeURIComponent(login.slice(0, colon));
  const password = encodeURIComponent(login.slice(colon + 1));
  return `http://${user}:${password}@${host}:${proxy.port}`;
}
