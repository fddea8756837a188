/**
 * From a target to an open connection: resolve, connect, perhaps CONNECT through a proxy, perhaps TLS, then the protocol that
 * ALPN chose. Every step is stamped; every step can be cancelled.
 */
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { ConnectionOwner, ConnectionParts, HttpConnection } from "./connection.ts";
import { Deadline, type Deadlines, clearDeadline } from "./deadlines.ts";
import type { Resolver } from "./dns.ts";
import {
  dialFailure,
  dialTimeoutFailure,
  type Ends,
  ErrorCode,
  type Failure,
  genericFailure,
  ioFailure,
  joinHostPort,
  tlsFailure,
  unsuitableLocalIpFailure,
} from "./error-codes.ts";
import { Http1Connection } from "./http1.ts";
import { Http2Connection } from "./http2.ts";
import { ResponseParser } from "./http1-parser.ts";
import type { ProxyServer } from "./proxy.ts";
import type { Target } from "./target.ts";
import type { Stamps } from "./timings.ts";
import { type TlsClient, tlsInfo } from "./tls.ts";

/** k6's dialer gives up on a connection after this time, whatever the request's own timeout is. */
const DIAL_TIMEOUT_MS = 30_000;
/** k6's dialer asks for TCP keep-alive probes this often. */
const KEEP_ALIVE_MS = 30_000;
/** Sent with CONNECT, as Go's client does; the script's User-Agent is for the target alone. */
const CONNECT_USER_AGENT = "Go-http-client/1.1";

export interface DialContext {
  resolver: Resolver;
  tls: TlsClient;
  deadlines: Deadlines;
  /** Offer HTTP/2 by ALPN. */
  http2: boolean;
  /** Address to dial from, if the option `localIPs` gives one. */
  localIp: string | undefined;
  owner: ConnectionOwner;
}

export interface DialResult {
  connection?: HttpConnection;
  failure?: Failure;
}

/** A connection on its way. */
export class Dialing extends Deadline {
  readonly #target: Target;
  readonly #context: DialContext;
  readonly #stamps: Stamps;
  readonly #onDone: (result: DialResult) => void;
  #socket: Socket | undefined = undefined;
  #isOver = false;
  #remoteIp = "";
  #remotePort = 0;
  #local = "";

  /** @param onDone Called once, perhaps before the constructor returns; never after `cancel()`. */
  constructor(target: Target, stamps: Stamps, context: DialContext, onDone: (result: DialResult) => void) {
    super();
    this.#target = target;
    this.#context = context;
    this.#stamps = stamps;
    this.#onDone = onDone;
    const { proxy } = target;
    const host = proxy?.hostname ?? target.hostname;
    context.resolver.resolve(host, proxy?.port ?? target.port, (failure, address) => {
      if (this.#isOver) return;
      if (failure !== undefined) this.#fail(failure);
      else this.#connect(address!.ip, address!.port);
    });
  }

  cancel(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearDeadline(this);
    this.#socket?.destroy();
  }

  override onDeadline(): void {
    this.#fail(dialTimeoutFailure);
  }

  #fail(failure: Failure): void {
    if (this.#isOver) return;
    this.cancel();
    this.#onDone({ failure: this.#target.proxy && this.#stamps.connectDone === 0 ? proxyFailure(failure) : failure });
  }

  #succeed(connection: HttpConnection): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#onDone({ connection });
  }

  #connect(ip: string, port: number): void {
    const { localIp, deadlines } = this.#context;
    if (localIp !== undefined && isIP(localIp) !== isIP(ip)) {
      this.#fail(unsuitableLocalIpFailure(localIp));
      return;
    }
    const nowMs = performance.now();
    this.#remoteIp = ip;
    this.#remotePort = port;
    this.#stamps.connectStart = nowMs;
    deadlines.set(this, DIAL_TIMEOUT_MS, nowMs);
    const socket = connectTcp({
      host: ip,
      port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_MS,
      ...(localIp === undefined ? undefined : { localAddress: localIp }),
    });
    this.#socket = socket;
    const onError = (error: unknown) => this.#fail(dialFailure(error, { ip, port, localIp }));
    socket.once("error", onError);
    socket.once("connect", () => {
      this.#stamps.connectDone = performance.now();
      clearDeadline(this);
      socket.off("error", onError);
      // A socket that has been closed no longer tells its address.
      this.#local = joinHostPort(socket.localAddress ?? "", socket.localPort ?? 0);
      if (!this.#isOver) this.#afterConnect(socket);
    });
  }

  #afterConnect(socket: Socket): void {
    const { proxy, isHttps } = this.#target;
    if (proxy?.scheme === "https") {
      this.#secure(socket, proxy.hostname, undefined, (secured) => this.#afterProxyTls(secured, proxy));
    } else if (proxy !== undefined && isHttps) {
      this.#openTunnel(socket, proxy);
    } else if (isHttps) {
      this.#secureTarget(socket);
    } else {
      this.#useHttp1(socket, undefined);
    }
  }

  #afterProxyTls(secured: TLSSocket, proxy: ProxyServer): void {
    if (this.#target.isHttps) this.#openTunnel(secured, proxy);
    else this.#useHttp1(secured, secured);
  }

  #secureTarget(socket: Socket): void {
    this.#stamps.tlsStart = performance.now();
    const protocols = this.#context.http2 ? ["h2", "http/1.1"] : ["http/1.1"];
    this.#secure(socket, this.#target.hostname, protocols, (secured) => {
      this.#stamps.tlsDone = performance.now();
      if (secured.alpnProtocol === "h2") {
        this.#succeed(new Http2Connection(secured, { ...this.#connectionParts(secured), transport: socket }));
      } else {
        this.#useHttp1(secured, secured, socket);
      }
    });
  }

  #secure(
    socket: Socket,
    hostname: string,
    protocols: readonly string[] | undefined,
    next: (secured: TLSSocket) => void,
  ): void {
    const { tls } = this.#context;
    const refused = tls.refusal;
    if (refused !== undefined) {
      this.#fail(refused);
      return;
    }
    const secured = connectTls({ ...tls.connectOptions(hostname, protocols), socket });
    this.#socket = secured;
    const fail = (error: unknown) => this.#fail(tlsFailure(error, this.#ends()));
    const onClose = () => this.#fail(genericFailure("EOF"));
    // An error of the TCP socket is reported by the TLS socket, too; without a listener here it would be thrown.
    socket.on("error", fail);
    secured.once("error", fail);
    secured.once("close", onClose);
    secured.once("secureConnect", () => {
      secured.off("error", fail);
      secured.off("close", onClose);
      const rejected = tls.verify(secured, hostname);
      if (rejected) this.#fail(rejected);
      else if (!this.#isOver) next(secured);
    });
  }

  #openTunnel(socket: Socket, proxy: ProxyServer): void {
    const place = joinHostPort(this.#target.hostname, this.#target.port);
    const parser = new ResponseParser();
    // The answer to CONNECT has no body when it agrees; read it as that of a HEAD.
    parser.start({ isHead: true, keepBody: false, memory: undefined });
    const fail = (error: unknown) => this.#fail(ioFailure("read", error, this.#ends()));
    const onEnd = () => {
      parser.end();
      this.#fail(parser.failure ?? genericFailure("unexpected EOF"));
    };
    const onData = (chunk: Buffer) => {
      if (!parser.push(chunk)) return;
      socket.off("data", onData);
      socket.off("error", fail);
      socket.off("close", onEnd);
      socket.pause();
      const { head, failure } = parser;
      if (failure || head === undefined) {
        this.#fail(failure ?? genericFailure("unexpected EOF"));
      } else if (head.status !== 200) {
        const space = head.statusText.indexOf(" ");
        this.#fail(genericFailure(space < 0 ? "unknown status code" : head.statusText.slice(space + 1)));
      } else {
        this.#secureTarget(socket);
      }
    };
    socket.on("data", onData);
    socket.once("error", fail);
    socket.once("close", onEnd);
    const authorization = proxy.authorization === "" ? "" : `Proxy-Authorization: ${proxy.authorization}\r\n`;
    socket.write(
      `CONNECT ${place} HTTP/1.1\r\nHost: ${place}\r\nUser-Agent: ${CONNECT_USER_AGENT}\r\n${authorization}\r\n`,
    );
  }

  #ends(): Ends {
    return { local: this.#local, remote: joinHostPort(this.#remoteIp, this.#remotePort) };
  }

  #useHttp1(socket: Socket, secured: TLSSocket | undefined, transport?: Socket): void {
    const parts = this.#connectionParts(this.#target.isHttps ? secured : undefined);
    this.#succeed(new Http1Connection(socket, { ...parts, transport }));
  }

  #connectionParts(secured: TLSSocket | undefined): Omit<ConnectionParts, "transport"> {
    return {
      info: {
        local: this.#local,
        remoteIp: this.#remoteIp,
        remotePort: this.#remotePort,
        tls: secured && tlsInfo(secured),
      },
      key: this.#target.poolKey,
      owner: this.#context.owner,
    };
  }
}

/** A proxy that cannot be reached: Go puts the operation before the reason, and k6 then knows no finer code. */
function proxyFailure(failure: Failure): Failure {
  const text = `proxyconnect tcp: ${failure.text}`;
  return { errorCode: ErrorCode.Tcp, error: text, text };
}
