/**
 * A WebSocket server on a raw socket: it reads frames with their masks and writes any bytes it is told to.
 *
 * Only RFC 6455 as far as tests need it; what a test wants to see broken, it writes as bytes. Runs on Bun and on Deno.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";

/** A frame as it came from the client, unmasked. */
export interface ReceivedFrame {
  fin: boolean;
  rsv: number;
  opcode: number;
  masked: boolean;
  payload: Buffer;
}

export interface ServerFrame {
  opcode: number;
  payload?: string | Uint8Array;
  fin?: boolean;
  /** RSV1 is 4, RSV2 is 2, RSV3 is 1. */
  rsv?: number;
  masked?: boolean;
}

/** A frame as a server writes it. RFC 6455, section 5.2. */
export function serverFrame({ opcode, payload = "", fin = true, rsv = 0, masked = false }: ServerFrame): Buffer {
  const data = Buffer.from(payload as string);
  const first = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  const mask = masked ? 0x80 : 0;
  let head: Buffer;
  if (data.length < 126) head = Buffer.from([first, mask | data.length]);
  else if (data.length < 65_536) head = Buffer.from([first, mask | 126, data.length >> 8, data.length & 0xff]);
  else {
    head = Buffer.alloc(10);
    head[0] = first;
    head[1] = mask | 127;
    head.writeBigUInt64BE(BigInt(data.length), 2);
  }
  if (!masked) return Buffer.concat([head, data]);
  const key = [1, 2, 3, 4];
  return Buffer.concat([head, Buffer.from(key), data.map((byte, i) => byte ^ key[i & 3]!)]);
}

/** RFC 6455, section 5.5.1: a code, then the reason. */
export function serverClose(code: number, reason: string | Uint8Array = ""): Buffer {
  return serverFrame({
    opcode: 8,
    payload: Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason as string)]),
  });
}

/** One client, from its request on. */
export class Peer {
  readonly socket: Socket;
  /** The request up to its empty line. */
  readonly request: string;
  /** All frames so far. */
  readonly frames: ReceivedFrame[] = [];
  /** Why there will be no more. */
  ended: "end" | "reset" | undefined;
  /** Called for each frame; the default answers nothing. */
  onFrame: (frame: ReceivedFrame) => void = () => undefined;
  #bytes: Buffer = Buffer.alloc(0);
  #waiting: (() => void)[] = [];

  constructor(socket: Socket, request: string) {
    this.socket = socket;
    this.request = request;
    socket.on("data", (chunk: Buffer) => this.feed(chunk));
    socket.on("end", () => this.#end("end"));
    socket.on("error", () => this.#end("reset"));
    socket.on("close", () => this.#end("end"));
  }

  /** Value of a request header. */
  header(name: string): string | undefined {
    const line = this.request.split("\r\n").find((l) => l.toLowerCase().startsWith(`${name.toLowerCase()}:`));
    return line?.slice(name.length + 1).trim();
  }

  /** RFC 6455, section 4.2.2. */
  accept(extra: readonly string[] = []): string {
    const key = createHash("sha1")
      .update(`${this.header("Sec-WebSocket-Key")}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest("base64");
    const lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];
    return [...lines, `Sec-WebSocket-Accept: ${key}`, ...extra, "", ""].join("\r\n");
  }

  write(...parts: (string | Uint8Array)[]): void {
    if (!this.socket.destroyed) this.socket.write(Buffer.concat(parts.map((part) => Buffer.from(part as string))));
  }

  feed(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    for (let frame = this.#take(); frame; frame = this.#take()) {
      this.frames.push(frame);
      this.onFrame(frame);
    }
    for (const wake of this.#waiting.splice(0)) wake();
  }

  #take(): ReceivedFrame | undefined {
    const bytes = this.#bytes;
    if (bytes.length < 2) return undefined;
    let size = bytes[1]! & 0x7f;
    let at = 2;
    if (size === 126 && bytes.length >= 4) {
      size = bytes.readUInt16BE(2);
      at = 4;
    } else if (size === 127 && bytes.length >= 10) {
      size = Number(bytes.readBigUInt64BE(2));
      at = 10;
    } else if (size > 125) return undefined;
    const masked = (bytes[1]! & 0x80) !== 0;
    const begin = at + (masked ? 4 : 0);
    if (bytes.length < begin + size) return undefined;
    const key = bytes.subarray(at, begin);
    const payload = Buffer.from(bytes.subarray(begin, begin + size));
    if (masked) for (let i = 0; i < size; i++) payload[i]! ^= key[i & 3]!;
    this.#bytes = bytes.subarray(begin + size);
    const first = bytes[0]!;
    return { fin: (first & 0x80) !== 0, rsv: (first >> 4) & 7, opcode: first & 15, masked, payload };
  }

  #end(how: "end" | "reset"): void {
    this.ended ??= how;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Waits until something holds of what came so far. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      if (this.ended) throw new Error(`the client went (${this.ended}) before what the test waited for`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  async untilEnded(): Promise<void> {
    while (!this.ended) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}

export interface TestServer {
  port: number;
  /** `ws://127.0.0.1:PORT` or `wss://...` */
  url: string;
  /** Clients in the order of their requests. */
  peers: Peer[];
  close(): void;
}

/** Starts a server on loopback; `serve` is called with each client once its request is whole. */
export async function startWsServer(serve: (peer: Peer) => void, tls?: TlsOptions): Promise<TestServer> {
  const peers: Peer[] = [];
  const sockets = new Set<Socket>();
  const onSocket = (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
    let head: Buffer = Buffer.alloc(0);
    const onData = (chunk: Buffer) => {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf("\r\n\r\n");
      if (end < 0) return;
      socket.off("data", onData);
      const peer = new Peer(socket, head.subarray(0, end + 4).toString("latin1"));
      peers.push(peer);
      serve(peer);
      if (head.length > end + 4) peer.feed(head.subarray(end + 4));
    };
    socket.on("data", onData);
  };
  const server = tls ? createTlsServer(tls, onSocket) : createServer(onSocket);
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `${tls ? "wss" : "ws"}://127.0.0.1:${port}`,
    peers,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

export interface KeyPair {
  key: string;
  cert: string;
}

/** A self-signed certificate. @param altNames e.g. `DNS:localhost,IP:127.0.0.1` */
export function selfSigned(altNames: string): KeyPair {
  const folder = mkdtempSync(join(tmpdir(), "sixfold-cert-"));
  const key = join(folder, "key.pem");
  const cert = join(folder, "cert.pem");
  const made = spawnSync("openssl", [
    ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=test".split(" "),
    ...["-addext", `subjectAltName=${altNames}`, "-keyout", key, "-out", cert],
  ]);
  if (made.status !== 0) throw new Error(`openssl could not make a certificate: ${made.stderr}`);
  const pair = { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  rmSync(folder, { recursive: true });
  return pair;
}
