import { expect, test } from "bun:test";
import { decodeText } from "../../src/net/websocket-ws.ts";
import { webSocketOpener } from "../../src/net/websocket-open.ts";
import { selfSigned, startWsServer } from "../support/ws-server.ts";
import { connect, webSocketCases } from "../suites/websocket.ts";

const open = webSocketOpener("ws");
for (const { title, run } of webSocketCases) test(`ws: ${title}`, () => run(open));

// Go's range over a string: one U+FFFD for each byte that begins no character.
const texts: [hex: string, text: string][] = [
  ["", ""],
  ["c3a9", "é"],
  ["efbfbd", "\ufffd"],
  ["ff41", "\ufffdA"],
  ["e282", "\ufffd\ufffd"],
  ["f09f9880", "😀"],
  ["f09f98", "\ufffd\ufffd\ufffd"],
  ["c0af", "\ufffd\ufffd"],
  ["eda080", "\ufffd\ufffd\ufffd"],
  ["efbbbf41", "\ufeffA"],
];
for (const [hex, text] of texts) {
  test(`decodeText reads ${hex || "nothing"} as Go does`, () => expect(decodeText(Buffer.from(hex, "hex"))).toBe(text));
}

test("ws: a client certificate that is none is a failure of the connection, not an exception", async () => {
  const server = await startWsServer((peer) => peer.write(peer.accept()), selfSigned("IP:127.0.0.1"));
  const tls = { insecureSkipVerify: true, cert: "junk", key: "junk" };
  const end = await connect(open, server.url, { tls }).ended();
  expect(end.error).toStartWith("tls: ");
  server.close();
});
