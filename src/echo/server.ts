/**
 * The embedded test server behind `sixfold echo`: something to aim a first script at, without a network.
 *
 * One `node:http` server answers requests (`http-routes.ts`) and hands upgrades to the `ws` package's server part
 * (`socket-routes.ts`, `chat-room.ts`). It keeps nothing but the chat rooms' members and is no benchmark peer.
 */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { ChatRooms } from "./chat-room.ts";
import { answer } from "./http-routes.ts";
import { requestUrl } from "./request-url.ts";
import { findSocketRoute } from "./socket-routes.ts";

export interface EchoServerOptions {
  host: string;
  /** 0 takes any free port. */
  port: number;
  /** Receives a line for each failure of a connection. */
  log(line: string): void;
}

export interface EchoServer {
  port: number;
  /** Stops listening and ends all connections. */
  close(): Promise<void>;
}

/** A message larger than this closes its connection with 1009. */
const messageBytesMax = 64 * 1024 * 1024;

/**
 * Starts the server and resolves when it listens.
 *
 * @throws The system's error (`EADDRINUSE`, `EACCES`, `ENOTFOUND`, ...) if it cannot listen there.
 */
export async function startEchoServer({ host, port, log }: EchoServerOptions): Promise<EchoServer> {
  const rooms = new ChatRooms();
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: true,
    maxPayload: messageBytesMax,
    // The first protocol that the client offers is fine, whatever it is.
    handleProtocols: (offered) => offered.values().next().value ?? false,
  });
  const http = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      log(`${request.method} ${request.url}: ${error}`);
      response.destroy();
    });
  });

  http.on("upgrade", (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on("error", (error) => log(`${request.url}: ${error.message}`));
    const url = requestUrl(request);
    const route = url === undefined ? { refuse: 400 } : findSocketRoute(url, rooms);
    if ("refuse" in route) {
      refuse(stream, route.refuse);
      return;
    }
    sockets.handleUpgrade(request, stream, head, (socket) => {
      socket.on("error", (error) => log(`${request.url}: ${error.message}`));
      route.accept(socket, request);
    });
  });
  http.on("clientError", (error, stream) => {
    log(`unreadable request: ${error.message}`);
    stream.destroy();
  });

  await new Promise<void>((resolve, reject) => {
    http.once("error", reject);
    http.listen({ host, port }, () => {
      http.off("error", reject);
      resolve();
    });
  });

  return {
    port: (http.address() as AddressInfo).port,
    async close() {
      const closed = new Promise<void>((resolve) => http.close(() => resolve()));
      for (const socket of sockets.clients) socket.terminate();
      http.closeAllConnections();
      await closed;
    },
  };
}

/** Answers an upgrade with an ordinary response, as a server does that wants no WebSocket there. */
function refuse(stream: Duplex, status: number): void {
  const body = JSON.stringify({ error: `no WebSocket here, status ${status}` });
  stream.end(
    `HTTP/1.1 ${status} Refused\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
