import { expect, test } from "bun:test";
import { webSocketOpener } from "../../src/net/websocket-open.ts";
import { selfSigned, startWsServer } from "../support/ws-server.ts";
import { connect, webSocketCases } from "../suites/websocket.ts";

const open = webSocketOpener("ws");
for (const { title, run } of webSocketCases) test(`ws: ${title}`, () => run(open));

test("ws: a client certificate that is none is a failure of the connection, not an exception", async () => {
  const server = await startWsServer((peer) => peer.write(peer.accept()), selfSigned("IP:127.0.0.1"));
  const tls = { insecureSkipVerify: true, cert: "junk", key: "junk" };
  const end = await connect(open, server.url, { tls }).ended();
  expect(end.error).toStartWith("tls: ");
  server.close();
});
