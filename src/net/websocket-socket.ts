/**
 * A byte stream to the peer of a WebSocket, as lean as the runtime has one.
 *
 * On Bun a plain TCP connection is one of its own sockets (`connect` of its global): half the memory of a `node:net` one, and 1 us less for each message
 * there and back. TLS, proxies, chosen local addresses and the other runtimes go over `node:net` and `node:tls`. Which one it is shows nowhere else.
 *
 * The modules of the runtime behind these others are loaded when the first such connection is made.
 *
 * `write` never blocks and never loses: what the kernel does not take waits here. `end` sends what waits, then closes;
 * after `end` or `destroy` nothing is reported.
 */
import type { Socket } from "node:net";
import process from "node:process";
import type { TLSSocket } from "node:tls";
import {
  dialFailure,
  type Ends,
  ioFailure,
  joinHostPort,
  lookupFailure,
  tlsFailure,
  unsuitableLocalIpFailure,
} from "./error-codes.ts";
import { isIP } from "../base/ip.ts";
import { spareTopTier } from "../host/jit.ts";
import { judge, type TlsInfo, tlsInfo, wireBytesSent } from "./tls.ts";
import type { WebSocketTls } from "./websocket.ts";

export interface StreamTarget {
  host: string;
  port: number;
  /** Name to verify and to send as SNI; absent for a plain connection. */
  tls?: WebSocketTls & { serverName: string };
  /** http: proxy to ask for a tunnel with CONNECT. */
  proxy?: URL;
  /** Address of this machine to connect from. */
  localIp?: string;
}

/** Called from the event loop, never inside a method of the stream. */
export interface StreamEvents {
  onConnect(): void;
  /** The bytes belong to the listener. */
  onData(chunk: Uint8Array): void;
  /** The stream is no longer backed up. */
  onDrain(): void;
  /**
   * No more will come; said once.
   *
   * @param error k6's text for a connection that broke or never was; `undefined` when the peer ended it in order.
   */
  onEnd(error: string | undefined): void;
}

export interface Stream {
  readonly remoteAddress: string;
  readonly localAddress: string;
  /** Bytes that wait for the kernel. */
  readonly pendingBytes: number;
  /** Bytes wait, and `onDrain` will tell when none do. */
  readonly isBackedUp: boolean;
  /** On the wire so far, TLS included, as k6 counts. */
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** `bytes` must not be changed afterwards. */
  write(bytes: Uint8Array): void;
  /** Writes the first `size` bytes; they may be changed afterwards. */
  writeShared(bytes: Uint8Array, size: number): void;
  /** Takes no more from the kernel until `resume`. */
  pause(): void;
  resume(): void;
  end(): void;
  destroy(): void;
}

/** How long `end` lets a peer that does not read hold what waits: k6's limit for a write. */
const LINGER_MS = 10_000;

/** Connects; what goes wrong arrives at `onEnd`. */
export function openStream(target: StreamTarget, events: StreamEvents): Stream {
  const isLean = leanConnect !== undefined && !target.tls && !target.proxy && !target.localIp;
  const stream = isLean ? new LeanStream(events) : new NodeStream(target, events);
  const dialled = target.proxy
    ? { host: unbracket(target.proxy.hostname), port: Number(target.proxy.port || 80) }
    : { host: target.host, port: target.port };
  if (isIP(dialled.host) !== 0) {
    stream.connect(dialled.host, dialled.port);
    return stream;
  }
  process.getBuiltinModule("node:dns").lookup(dialled.host, { verbatim: false }, (error, ip) => {
    if (error) stream.fail(lookupFailure(dialled.host, error).text);
    else stream.connect(ip, dialled.port);
  });
  return stream;
}

function unbracket(host: string): string {
  return host.replace(/^\[|\]$/g, "");
}

/** What both members share: a stream reports its end once, and nothing after it was ended from here. */
abstract class BaseStream implements Stream {
  protected events: StreamEvents | undefined;
  bytesSent = 0;
  bytesReceived = 0;

  constructor(events: StreamEvents) {
    this.events = events;
  }

  abstract readonly remoteAddress: string;
  abstract readonly localAddress: string;
  abstract readonly pendingBytes: number;
  abstract readonly isBackedUp: boolean;
  abstract connect(ip: string, port: number): void;
  abstract write(bytes: Uint8Array): void;
  abstract writeShared(bytes: Uint8Array, size: number): void;
  abstract pause(): void;
  abstract resume(): void;
  abstract end(): void;
  abstract destroy(): void;

  protected linger(): void {
    const timer = setTimeout(() => this.destroy(), LINGER_MS) as unknown as { unref?(): void };
    timer.unref?.();
  }

  /** Reports the end, if it has not been. */
  fail(error: string | undefined): void {
    const { events } = this;
    this.events = undefined;
    events?.onEnd(error);
  }
}

/** The part of Bun's socket that is used. */
interface LeanSocket {
  readonly localAddress: string;
  readonly localPort: number;
  write(bytes: Uint8Array, offset?: number, size?: number): number;
  pause(): void;
  resume(): void;
  end(): void;
  terminate(): void;
  data: LeanStream;
}

type LeanConnect = (options: { hostname: string; port: number; data: LeanStream; socket: object }) => Promise<unknown>;

/** Absent on runtimes that have only `node:net`. */
const leanConnect = (globalThis as { Bun?: { connect: LeanConnect } }).Bun?.connect;

/** One object of handlers for all sockets: it is looked up through `socket.data`, so a socket costs no closures. */
const leanHandlers = {
  open: (socket: LeanSocket) => socket.data.opened(socket),
  data: (socket: LeanSocket, chunk: Uint8Array) => socket.data.received(chunk),
  drain: (socket: LeanSocket) => socket.data.drain(),
  end: (socket: LeanSocket) => socket.data.fail(undefined),
  error: (socket: LeanSocket, error: unknown) => socket.data.broken(error),
  close: (socket: LeanSocket, error?: unknown) => socket.data.broken(error),
  connectError: (socket: LeanSocket, error: unknown) => socket.data.refused(error),
};

/** Of most there are thousands that wait for their peer, so it keeps the parts of what it is seldom asked for. */
class LeanStream extends BaseStream {
  #socket: LeanSocket | undefined;
  #ip = "";
  #port = 0;
  #localIp = "";
  #localPort = 0;
  /** There while the kernel has not taken all. */
  #waiting: Uint8Array[] | undefined;
  #ending = false;

  get remoteAddress(): string {
    return this.#socket === undefined ? "" : joinHostPort(this.#ip, this.#port);
  }

  get localAddress(): string {
    return this.#socket === undefined ? "" : joinHostPort(this.#localIp, this.#localPort);
  }

  get pendingBytes(): number {
    let size = 0;
    if (this.#waiting !== undefined) for (const bytes of this.#waiting) size += bytes.length;
    return size;
  }

  get isBackedUp(): boolean {
    return this.#waiting !== undefined;
  }

  connect(ip: string, port: number): void {
    if (this.#ending) return;
    this.#ip = ip;
    this.#port = port;
    leanConnect!({ hostname: ip, port, data: this, socket: leanHandlers }).catch((error: unknown) =>
      this.refused(error),
    );
  }

  opened(socket: LeanSocket): void {
    this.#socket = socket;
    this.#localIp = socket.localAddress; // Gone once the socket is closed.
    this.#localPort = socket.localPort;
    if (this.#ending) socket.terminate();
    else this.events?.onConnect();
  }

  received(chunk: Uint8Array): void {
    this.bytesReceived += chunk.length;
    this.events?.onData(chunk);
  }

  refused(error: unknown): void {
    this.fail(dialFailure(error, { ip: this.#ip, port: this.#port }).text);
  }

  broken(error: unknown): void {
    this.#waiting = undefined;
    this.fail(error === undefined || error === null ? undefined : ioFailure("read", error, this.#ends()).text);
  }

  write(bytes: Uint8Array): void {
    if (this.#ending || !this.#socket) return;
    this.bytesSent += bytes.length;
    if (this.#waiting !== undefined) {
      this.#waiting.push(bytes);
      return;
    }
    const taken = Math.max(this.#socket.write(bytes), 0);
    if (taken < bytes.length) this.#waiting = [bytes.subarray(taken)];
  }

  writeShared(bytes: Uint8Array, size: number): void {
    if (this.#ending || !this.#socket) return;
    this.bytesSent += size;
    const taken = this.#waiting !== undefined ? 0 : Math.max(this.#socket.write(bytes, 0, size), 0);
    if (taken === size) return;
    (this.#waiting ??= []).push(bytes.slice(taken, size));
  }

  drain(): void {
    const waiting = this.#waiting ?? [];
    while (waiting.length > 0) {
      const bytes = waiting[0]!;
      const taken = Math.max(this.#socket!.write(bytes), 0);
      if (taken < bytes.length) {
        waiting[0] = bytes.subarray(taken);
        return;
      }
      waiting.shift();
    }
    if (this.#waiting === undefined) return;
    this.#waiting = undefined;
    if (this.#ending) this.#socket?.end();
    else this.events?.onDrain();
  }

  end(): void {
    this.events = undefined;
    if (this.#ending) return;
    this.#ending = true;
    if (this.#waiting === undefined) this.#socket?.end();
    else this.linger();
  }

  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  destroy(): void {
    this.events = undefined;
    this.#ending = true;
    this.#waiting = undefined;
    this.#socket?.terminate();
  }

  #ends(): Ends {
    return { local: this.localAddress, remote: this.remoteAddress };
  }
}

spareTopTier(LeanStream, ...Object.values(leanHandlers));

/** An answer to CONNECT that is longer than this is none. */
const PROXY_HEAD_BYTES_MAX = 1 << 16;

class NodeStream extends BaseStream {
  readonly #target: StreamTarget;
  remoteAddress = "";
  localAddress = "";
  #socket: Socket | TLSSocket | undefined;
  #tls: TlsInfo | undefined;
  #ip = "";
  #port = 0;
  #connected = false;
  #ending = false;

  constructor(target: StreamTarget, events: StreamEvents) {
    super(events);
    this.#target = target;
  }

  get pendingBytes(): number {
    return this.#socket?.writableLength ?? 0;
  }

  get isBackedUp(): boolean {
    return this.#socket?.writableNeedDrain ?? false;
  }

  connect(ip: string, port: number): void {
    if (this.#ending) return;
    this.#ip = ip;
    this.#port = port;
    const { localIp } = this.#target;
    if (localIp !== undefined && isIP(localIp) !== isIP(ip)) {
      queueMicrotask(() => this.fail(unsuitableLocalIpFailure(localIp).text));
      return;
    }
    const from = localIp === undefined ? undefined : { localAddress: localIp };
    const socket = process.getBuiltinModule("node:net").connect({ host: ip, port, ...from });
    socket.setNoDelay(true);
    this.#socket = socket;
    const onError = (error: unknown) => this.fail(dialFailure(error, { ip, port, localIp }).text);
    socket.once("error", onError);
    socket.once("connect", () => {
      socket.off("error", onError);
      this.#connected = true;
      this.remoteAddress = joinHostPort(ip, port);
      this.localAddress = joinHostPort(socket.localAddress ?? "", socket.localPort ?? 0); // Gone once it is closed.
      if (this.#target.proxy) this.#tunnel(socket, this.#target.proxy);
      else this.#secure(socket);
    });
  }

  /** RFC 9110, section 9.3.6; texts are gorilla's. */
  #tunnel(socket: Socket, proxy: URL): void {
    const hostPort = joinHostPort(this.#target.host, this.#target.port);
    const user =
      proxy.username === "" ? "" : `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
    const authorization = user === "" ? "" : `Proxy-Authorization: Basic ${Buffer.from(user).toString("base64")}\r\n`;
    let answer: Buffer = Buffer.alloc(0);
    const finish = (error: string | undefined) => {
      socket.off("data", onData);
      socket.off("end", onEnd);
      socket.off("error", onError);
      if (error === undefined) return this.#secure(socket);
      this.fail(error);
      socket.destroy();
    };
    const onEnd = () => finish("unexpected EOF");
    const onError = (error: unknown) => finish(ioFailure("read", error, this.#ends()).text);
    const onData = (chunk: Buffer) => {
      answer = Buffer.concat([answer, chunk]);
      const end = answer.indexOf("\r\n\r\n");
      if (end < 0) return answer.length > PROXY_HEAD_BYTES_MAX ? finish("unexpected EOF") : undefined;
      const status = /^HTTP\/\d\.\d +(\d{3}) ?([^\r\n]*)/.exec(answer.toString("latin1"));
      if (!status)
        return finish(`malformed HTTP response ${JSON.stringify(answer.toString("latin1").split("\r\n")[0])}`);
      if (status[1] !== "200") return finish(status[2]!);
      if (answer.length > end + 4) socket.unshift(answer.subarray(end + 4));
      finish(undefined);
    };
    socket.on("data", onData);
    socket.on("end", onEnd);
    socket.on("error", onError);
    socket.write(
      `CONNECT ${hostPort} HTTP/1.1\r\nHost: ${hostPort}\r\nUser-Agent: Go-http-client/1.1\r\n${authorization}\r\n`,
    );
  }

  #secure(socket: Socket): void {
    const { tls } = this.#target;
    if (!tls) {
      this.#ready(socket, socket);
      return;
    }
    let secured: TLSSocket;
    try {
      secured = process.getBuiltinModule("node:tls").connect({
        socket,
        ...(isIP(tls.serverName) === 0 ? { servername: tls.serverName } : {}),
        ALPNProtocols: ["http/1.1"],
        rejectUnauthorized: false,
        checkServerIdentity: () => undefined,
        cert: tls.cert,
        key: tls.key,
        passphrase: tls.passphrase,
        ca: tls.ca,
        minVersion: tls.minVersion,
        maxVersion: tls.maxVersion,
        ciphers: tls.ciphers,
      });
    } catch (error) {
      // A certificate or cipher list that the runtime cannot use: told as the failure of this connection.
      queueMicrotask(() => this.fail(`tls: ${(error as Error).message}`));
      socket.destroy();
      return;
    }
    this.#socket = secured;
    const onError = (error: unknown) => this.fail(tlsFailure(error, this.#ends()).text);
    const onEnd = () => this.fail("EOF");
    secured.once("error", onError);
    secured.once("end", onEnd);
    secured.once("secureConnect", () => {
      secured.off("error", onError);
      secured.off("end", onEnd);
      const refusal = tls.insecureSkipVerify ? undefined : this.#verify(secured, tls.serverName);
      if (refusal === undefined) {
        this.#tls = tlsInfo(secured);
        this.#ready(secured, socket);
      } else {
        this.fail(refusal);
        secured.destroy();
      }
    });
  }

  #verify(socket: TLSSocket, hostname: string): string | undefined {
    const error = socket.authorizationError as unknown;
    const code = typeof error === "string" ? error : ((error as { code?: string } | null)?.code ?? "");
    const chainError = socket.authorized ? "" : code || "UNKNOWN";
    return judge(socket.getPeerCertificate(), { hostname, chainError, nowMs: Date.now() })?.text;
  }

  /** @param transport Below TLS, where the runtimes count what arrives; `socket` itself without. */
  #ready(socket: Socket | TLSSocket, transport: Socket): void {
    socket.on("data", (chunk: Uint8Array) => {
      this.bytesReceived = transport.bytesRead;
      this.events?.onData(chunk);
    });
    socket.on("drain", () => this.events?.onDrain());
    socket.on("end", () => this.fail(undefined));
    socket.on("error", (error: unknown) => {
      const { code } = error as { code?: string };
      const plain = !this.#target.tls || code === "ECONNRESET" || code === "EPIPE";
      this.fail((plain ? ioFailure("read", error, this.#ends()) : tlsFailure(error, this.#ends())).text);
    });
    socket.on("close", () => this.fail(undefined));
    this.events?.onConnect();
  }

  write(bytes: Uint8Array): void {
    if (this.#ending || !this.#socket) return;
    this.bytesSent += wireBytesSent(bytes.length, this.#tls, this.bytesSent === 0);
    this.#socket.write(bytes);
  }

  writeShared(bytes: Uint8Array, size: number): void {
    this.write(bytes.slice(0, size));
  }

  end(): void {
    this.events = undefined;
    if (this.#ending) return;
    this.#ending = true;
    const socket = this.#socket;
    if (!socket) return;
    if (!this.#connected) {
      socket.destroy();
      return;
    }
    // The peer may never close its side; all of ours is out once `finish` comes, as with Go's Close().
    socket.on("error", ignore);
    socket.end(() => socket.destroy());
    if (socket.writableLength > 0) this.linger();
  }

  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  destroy(): void {
    this.events = undefined;
    this.#ending = true;
    this.#socket?.on("error", ignore);
    this.#socket?.destroy();
  }

  #ends(): Ends {
    return { local: this.localAddress, remote: joinHostPort(this.#ip, this.#port) };
  }
}

/** The connection was given up; what happens to it now concerns nobody. */
function ignore(): void {
  // Without a listener the runtime would end the process.
}
