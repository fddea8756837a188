/**
 * Servers on loopback that answer with the very bytes a test gives them, and a promise around the transport's callback.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import {
  HttpClient,
  type HttpClientConfig,
  type HttpRequest,
  type HttpResult,
  type HttpSession,
} from "../../src/net/request.ts";

export interface Peer {
  port: number;
  /** Connections accepted so far. */
  connectionCount(): number;
  close(): Promise<void>;
}

function start(server: Server): Promise<Peer> {
  const open = new Set<Socket>();
  let count = 0;
  server.on(server.listenerCount("secureConnection") > 0 ? "secureConnection" : "connection", (socket: Socket) => {
    count++;
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    socket.on("error", () => socket.destroy()); // The tests end connections rudely, on purpose.
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      resolve({
        port: (server.address() as AddressInfo).port,
        connectionCount: () => count,
        close: () =>
          new Promise((closed) => {
            for (const socket of open) socket.destroy();
            server.close(() => closed());
          }),
      });
    });
  });
}

/** A TCP server. `onConnection` may also drive the socket by itself. */
export function startPeer(onConnection: (socket: Socket) => void): Promise<Peer> {
  return start(createServer({ noDelay: true }, onConnection));
}

export function startTlsPeer(options: TlsOptions, onConnection: (socket: Socket) => void): Promise<Peer> {
  return start(createTlsServer(options, onConnection));
}

/** One request as it came over the wire, with its body if it has a Content-Length or chunks. */
export interface WireRequest {
  head: string;
  method: string;
  target: string;
  body: string;
  /** Value of a field, by its lower-case name. */
  get(name: string): string | undefined;
}

/** Calls `answer` for each whole request on the socket; what it returns is written back. */
export function onRequests(
  socket: Socket,
  answer: (request: WireRequest, socket: Socket) => string | Buffer | undefined,
): void {
  let buffered = "";
  socket.on("data", (chunk) => {
    buffered += chunk.toString("latin1");
    for (;;) {
      const request = readRequest(buffered);
      if (request === undefined) return;
      buffered = buffered.slice(request.length);
      const bytes = answer(request.request, socket);
      if (bytes !== undefined && !socket.destroyed) socket.write(bytes);
    }
  });
}

function readRequest(text: string): { request: WireRequest; length: number } | undefined {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const head = text.slice(0, end + 4);
  const get = (name: string) => new RegExp(`^${name}: (.*)$`, "im").exec(head.replaceAll("\r", ""))?.[1];
  let length = head.length;
  let body = "";
  if (/chunked/i.test(get("transfer-encoding") ?? "")) {
    const last = text.indexOf("0\r\n\r\n", length);
    if (last < 0) return undefined;
    length = last + 5;
  } else {
    const bodyLength = Number(get("content-length") ?? 0);
    if (text.length < length + bodyLength) return undefined;
    body = text.slice(length, length + bodyLength);
    length += bodyLength;
  }
  const [method = "", target = ""] = head.split(" ");
  return { request: { head, method, target, body, get }, length };
}

/** A server that answers every request with what `answer` makes of it. */
export function startAnswering(
  answer: (request: WireRequest, socket: Socket) => string | Buffer | undefined,
): Promise<Peer> {
  return startPeer((socket) => onRequests(socket, answer));
}

export function openSession(config: HttpClientConfig = {}): HttpSession {
  return new HttpClient({ userAgent: "test", ...config }).openSession();
}

export type LooseRequest = Partial<HttpRequest> & { url: string };

export function send(session: HttpSession, request: LooseRequest): Promise<HttpResult> {
  return new Promise((resolve) => {
    session.send({ method: "GET", redirectsMax: 10, timeoutMs: 5_000, ...request }, resolve);
  });
}

/** Sends one request from a session of its own. */
export async function sendOnce(request: LooseRequest, config: HttpClientConfig = {}): Promise<HttpResult> {
  const session = openSession(config);
  try {
    return await send(session, request);
  } finally {
    session.close();
  }
}

export interface CertificateFiles {
  key: string;
  cert: string;
}

/** A self-signed certificate, made by the openssl command. `extensions` e.g. `subjectAltName=DNS:localhost`. */
export function makeCertificate(
  options: { subject?: string; extensions?: readonly string[]; days?: number; notAfter?: string } = {},
): CertificateFiles {
  const folder = mkdtempSync(join(tmpdir(), "net-test-"));
  try {
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const extensions = options.extensions ?? ["subjectAltName=DNS:localhost,IP:127.0.0.1"];
    execFileSync(
      "openssl",
      [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        String(options.days ?? 2),
        "-subj",
        options.subject ?? "/CN=net.test",
        ...extensions.flatMap((each) => ["-addext", each]),
        "-keyout",
        key,
        "-out",
        cert,
      ],
      { stdio: "pipe" },
    );
    return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
