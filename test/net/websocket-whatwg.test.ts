import { expect, test } from "bun:test";
import { webSocketOpener } from "../../src/net/websocket-open.ts";
import { whatwgLacks } from "../../src/net/websocket-whatwg.ts";
import type { WebSocketRequest } from "../../src/net/websocket.ts";
import { webSocketCases } from "../suites/websocket.ts";

const open = webSocketOpener("whatwg");
for (const { title, exact, run } of webSocketCases) if (!exact) test(`whatwg: ${title}`, () => run(open));

const request: WebSocketRequest = {
  url: "ws://127.0.0.1/a?b=c",
  headers: [["User-Agent", "x"]],
  protocols: [],
  compression: false,
  tls: { insecureSkipVerify: false },
  timeoutMs: 0,
};

test("whatwgLacks finds nothing in a plain request", () => expect(whatwgLacks(request)).toBeUndefined());

const beyond: [why: string, change: Partial<WebSocketRequest>][] = [
  ["exact behaviour", { exact: true }],
  ["compression", { compression: true }],
  ["a proxy", { proxy: "http://127.0.0.1:1" }],
  ["a subprotocol", { protocols: ["one"] }],
  ["a query that the WHATWG parser would escape", { url: "ws://127.0.0.1/?a=x y" }],
  ["a path that the WHATWG parser would shorten", { url: "ws://127.0.0.1/a/../b" }],
  ["TLS versions", { tls: { insecureSkipVerify: true, minVersion: "TLSv1.3" } }],
  ["a subprotocol in a header", { headers: [["sec-websocket-protocol", "one"]] }],
];
for (const [why, change] of beyond) {
  test(`whatwgLacks names ${why}`, () => expect(whatwgLacks({ ...request, ...change })).toBeString());
}
