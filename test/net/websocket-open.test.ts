import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../src/base/errors.ts";
import { openWebSocket, webSocketOpener } from "../../src/net/websocket-open.ts";
import { serverClose, serverFrame, startWsServer } from "../support/ws-server.ts";
import { connect, webSocketCases } from "../suites/websocket.ts";

// What each member puts on the wire tells which one it was: k6's order of headers is alphabetical, Bun's is not.
const members: [forced: string | undefined, exact: boolean, first: string][] = [
  [undefined, false, "Connection: Upgrade"],
  ["", true, "User-Agent: test/1"],
  ["ws", false, "User-Agent: test/1"],
  ["whatwg", true, "Connection: Upgrade"],
];
for (const [forced, exact, first] of members) {
  test(`webSocketOpener(${JSON.stringify(forced)}) opens a request with exact=${exact} by the member that sends ${first} first`, async () => {
    const server = await startWsServer((peer) => peer.write(peer.accept()));
    const client = connect(webSocketOpener(forced), server.url, { exact });
    await client.opened();
    expect(server.peers[0]!.request.split("\r\n")[2]).toBe(first);
    client.connection.terminate();
    server.close();
  });
}

test("webSocketOpener refuses a transport that there is not, and names those that there are", () => {
  const refusal = () => webSocketOpener("wss");
  expect(refusal).toThrow(UserError);
  expect(refusal).toThrow(`Cannot use the WebSocket transport "wss" of SIXFOLD_WS: there is none of this name`);
});

// Requests that ask for the exact member get it, so every case holds for the default choice, too.
for (const { title, exact, run } of webSocketCases) {
  test(`default: ${title}`, () => run((request, events) => openWebSocket({ ...request, exact }, events)));
}

const root = join(import.meta.dirname, "../..");
const deno = join(root, "node_modules/.bin/deno");

test("every case holds on Deno with the ws transport", () => {
  const runner = join(import.meta.dirname, "websocket-cases.ts");
  const done = spawnSync(deno, ["run", "-A", runner, "ws"], { cwd: root, encoding: "utf8" });
  expect(done.stdout.trim().split("\n").at(-1)).toBe(`${webSocketCases.length} passed, 0 failed`);
}, 120_000);

test("a compiled binary has the real ws package, not the runtime's module of that name", async () => {
  const folder = mkdtempSync(join(tmpdir(), "sixfold-ws-"));
  const binary = join(folder, "cases");
  const entry = join(import.meta.dirname, "websocket-cases.ts");
  const built = spawnSync(process.execPath, ["build", "--compile", entry, "--outfile", binary], { encoding: "utf8" });
  expect(built.status, built.stderr).toBe(0);
  const done = spawnSync(binary, ["ws"], { cwd: folder, encoding: "utf8" });
  rmSync(folder, { recursive: true });
  expect(done.stdout).toContain("parser: startLoop getInfo getData\n");
  expect(done.stdout.trim().split("\n").at(-1)).toBe(`${webSocketCases.length} passed, 0 failed`);
}, 120_000);

test("SIXFOLD_WS=whatwg is refused where the runtime's WebSocket cannot do it", () => {
  const runner = join(import.meta.dirname, "websocket-cases.ts");
  const done = spawnSync(deno, ["run", "-A", runner, "whatwg"], { cwd: root, encoding: "utf8" });
  expect(done.status).toBe(1);
  expect(done.stderr).toContain(`Cannot use the WebSocket transport "whatwg" of SIXFOLD_WS`);
});

test("after the end nothing is reported, whatever the peer still sends", async () => {
  for (const forced of ["ws", "whatwg"]) {
    const server = await startWsServer((peer) =>
      peer.write(
        peer.accept(),
        serverClose(1000),
        serverFrame({ opcode: 1, payload: "late" }),
        serverFrame({ opcode: 9 }),
      ),
    );
    const client = connect(webSocketOpener(forced), server.url);
    await client.ended();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(client.order).toEqual(["open", "close"]);
    client.connection.send("x");
    client.connection.ping(new Uint8Array(1));
    client.connection.close(1000, "");
    client.connection.terminate();
    server.close();
  }
});
