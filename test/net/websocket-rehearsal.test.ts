/** The rehearsal is over when its connection has ended, whatever became of it. */
import { expect, test } from "bun:test";
import type { OpenWebSocket, WebSocketConnection } from "../../src/net/websocket.ts";
import { rehearse } from "../../src/net/websocket-rehearsal.ts";
import { openWs } from "../../src/net/websocket-ws.ts";

test("a rehearsal opens a connection to this process and ends it", async () => {
  const seen: string[] = [];
  const open: OpenWebSocket = (request, events) => {
    expect(new URL(request.url).hostname).toBe("127.0.0.1");
    return openWs(request, {
      ...events,
      onOpen: (...opened) => {
        seen.push("open");
        events.onOpen(...opened);
      },
      onClose: (end) => {
        seen.push("close");
        events.onClose(end);
      },
    });
  };
  await rehearse(open);
  expect(seen).toEqual(["open", "close"]);
});

test("a rehearsal that fails is over, too", async () => {
  let hasFailed = false;
  await rehearse((_request, events) => {
    setImmediate(() => {
      hasFailed = true;
      events.onClose({ atMs: 0, code: 1006, reason: "", closeFrameReceived: false, error: "refused" });
    });
    return {} as WebSocketConnection;
  });
  expect(hasFailed).toBe(true);
});
