import { afterEach, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Peer, startAnswering, type WireRequest } from "../../../support/http-peer.ts";

const peers: Peer[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const ok = (body: string, headers = "") =>
  `HTTP/1.1 200 OK\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

/** Runs a script as a user does: the conductor does the I/O of threads that cannot be suspended. */
async function run(
  script: string,
  answer: (request: WireRequest) => string | undefined | Promise<string>,
): Promise<{
  log: string[];
  metrics: Record<string, { count: number; passes: number }>;
  seen: WireRequest[];
  code: number;
}> {
  const seen: WireRequest[] = [];
  const peer = await startAnswering((request, socket) => {
    seen.push(request);
    const answered = answer(request);
    if (!(answered instanceof Promise)) return answered;
    void answered.then((text) => socket.write(text));
    return undefined;
  });
  peers.push(peer);
  const folder = mkdtempSync(join(tmpdir(), "thread-blocking-"));
  folders.push(folder);
  const file = join(folder, "script.js");
  const summary = join(folder, "summary.json");
  const url = `http://127.0.0.1:${peer.port}`;
  writeFileSync(file, `import http from "k6/http"; const url = ${JSON.stringify(url)};\n${script}`);
  const child = Bun.spawn(
    [process.execPath, "src/main.ts", "run", "--quiet", "--log-format=json", `--summary-export=${summary}`, file],
    { cwd: join(import.meta.dirname, "../../../.."), stdout: "ignore", stderr: "pipe" },
  );
  const text = await new Response(child.stderr).text();
  const code = await child.exited;
  const log = text
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { msg: string }).msg.replaceAll(url, "URL"));
  const { metrics } = JSON.parse(readFileSync(summary, "utf8")) as any;
  return { log, metrics, seen, code };
}

test("a request from a getter is answered: redirects, cookies, samples and traffic as ever", async () => {
  const { log, metrics, seen } = await run(
    `export default function () {
       const o = { get r() { return http.post(url + "/start", { a: 1 }, { headers: { "X-A": "b" }, tags: { t: "1" } }); } };
       const { r } = o;
       console.log(r.status, r.url, r.body, r.headers["X-B"], r.timings.waiting > 0, r.request.headers["X-A"][0], r.json("ok"));
       console.log(JSON.stringify(http.cookieJar().cookiesForURL(url)), http.get(url + "/end").body);
     }`,
    (request) =>
      request.target === "/start"
        ? "HTTP/1.1 302 Found\r\nLocation: /end\r\nSet-Cookie: seen=1; Path=/\r\nContent-Length: 0\r\n\r\n"
        : ok(`{"ok":"${request.get("cookie")}"}`, "X-B: c\r\n"),
  );
  expect(log).toEqual(['200 URL/end {"ok":"seen=1"} c true b seen=1', '{"seen":["1"]} {"ok":"seen=1"}']);
  expect(seen.map(({ method, target, body }) => [method, target, body])).toEqual([
    ["POST", "/start", "a=1"],
    ["GET", "/end", ""],
    ["GET", "/end", ""],
  ]);
  expect(metrics["http_reqs"]!.count).toBe(3);
  const sent = seen.reduce((sum, { head, body }) => sum + head.length + body.length, 0);
  expect(metrics["data_sent"]!.count).toBe(sent);
});

test("answers of any length come through, text and bytes", async () => {
  const body = "0123456789".repeat(100_000);
  const { log } = await run(
    `export default function () {
       const get = (responseType) => ({ get r() { return http.get(url, { responseType }); } }).r.body;
       console.log(get("text").length, get("binary").byteLength, new Uint8Array(get("binary"))[999999], get("none"));
     }`,
    () => ok(body),
  );
  expect(log).toEqual([`${body.length} ${body.length} ${"9".charCodeAt(0)} null`]);
});

test("failures are those of any request, batches run side by side", async () => {
  const { log, seen } = await run(
    `export default function () {
       const t = Date.now();
       const o = { get rs() { return http.batch([url, url, ["POST", url, "x"], "http://127.0.0.1:1/"]); } };
       console.log(o.rs.map((r) => r.status + r.body + r.error).join(), Date.now() - t < 550);
       try { JSON.stringify({ get a() { return http.get("http://127.0.0.1:1/", { throw: true }); } }); } catch (e) { console.log(e.message); }
     }`,
    () => Bun.sleep(200).then(() => ok("late")),
  );
  expect(log).toEqual([
    "Request Failed",
    "200late,200late,200late,0dial: connection refused true",
    'Get "http://127.0.0.1:1/": dial tcp 127.0.0.1:1: connect: connection refused',
  ]);
  expect(seen.length).toBe(3);
});

test("the end of the test cuts off a thread that waits", async () => {
  const startedMs = performance.now();
  const { log, code } = await run(
    `export const options = { scenarios: { s: { executor: "constant-vus", vus: 1, duration: "1s", gracefulStop: "0s" } } };
     export default function () {
       try { ({ get r() { return http.get(url); } }).r; } finally { console.log("never"); }
     }`,
    () => undefined,
  );
  expect(performance.now() - startedMs).toBeLessThan(4_000);
  expect(log).not.toContain("never");
  expect(code).toBe(0);
}, 10_000);
