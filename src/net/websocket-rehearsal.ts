/**
 * A first connection, to this very thread, for runtimes on which the first one is slow.
 *
 * What it loads, sets up and compiles would count as connecting in a script's first handshake: 10 ms on Deno, which is
 * more than some scripts allow for. Nothing leaves the process. Whatever goes wrong, the script's own connection tells
 * better.
 */
import process from "node:process";
import { parseUrl } from "./url.ts";
import { acceptFor } from "./websocket-handshake.ts";
import type { OpenWebSocket } from "./websocket.ts";

/** Done when that connection has ended, well or badly. */
export function rehearse(open: OpenWebSocket): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  process.getBuiltinModule("node:dns");
  const server = process.getBuiltinModule("node:net").createServer((peer) => {
    peer.on("error", nothing).once("data", (head) => {
      const key = /^sec-websocket-key: *(\S+)/im.exec(head.toString("latin1"))?.[1] ?? "";
      peer.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptFor(key)}\r\n\r\n`,
      );
    });
  });
  server
    .on("error", () => resolve())
    .listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      const url = parseUrl(`ws://127.0.0.1:${port}/`).href;
      const connection = open(
        {
          url,
          headers: [],
          protocols: [],
          compression: false,
          tls: { insecureSkipVerify: false },
          exact: true,
          timeoutMs: 1_000,
        },
        {
          onOpen: () => connection.terminate(),
          onMessage: nothing,
          onPing: nothing,
          onPong: nothing,
          onClose: () => {
            server.close();
            resolve();
          },
        },
      );
    });
  return promise;
}

function nothing(): void {
  // Nobody waits for it.
}
