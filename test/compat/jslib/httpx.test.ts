import { afterAll, expect, test } from "bun:test";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { runScript } from "../../support/script-runner.ts";

const server = createServer((request, response) => {
  const { method, url, headers } = request;
  response.writeHead(url === "/missing" ? 404 : 200, { "content-type": "application/json" });
  response.end(JSON.stringify({ method, url, mine: headers["x-mine"], more: headers["x-more"] }));
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const BASE = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
afterAll(() => server.close());

const run = async (body: string) => {
  const ran = await runScript(`
    import { Httpx, Get, Post } from "https://jslib.k6.io/httpx/0.1.0/index.js";
    import { Rate } from "k6/metrics";
    const errors = new Rate("failures");
    export default async () => {
      const session = new Httpx({ baseURL: "${BASE}", headers: { "x-mine": "1" }, tags: { kind: "a" }, timeout: 5000, errorMetric: errors });
      ${body}
    };`);
  expect(ran.errors).toEqual([]);
  return { lines: ran.log.map((line) => line.slice("info: ".length)), samples: ran.samples };
};

test("httpx adds the session's base, headers and tags to each request", async () => {
  const { lines, samples } = await run(`
    const told = (r) => { const { method, url, mine, more } = r.json(); return [method, url, mine, more ?? "-"].join(" "); };
    console.log(told(session.get("/a", null, { headers: { "x-more": "2" } })));
    session.clearHeader("x-mine"); session.addHeaders({ "x-more": "3" }); session.addTag("kind", "b"); session.clearTag("none");
    console.log(told(session.post("/b", "body")), told(session.execute(new Post("/c"))), told(session.request("PUT", "${BASE}/d")));
    console.log(told(await session.asyncGet("/e")), session.lastRequestChainDuration >= 0);
    const responses = session.batch([new Get("/f").addHeader("x-mine", "9"), ["DELETE", "/g"]], { tags: { batch: "yes" } });
    console.log(responses.map(told).join());
    for (const f of [() => session.request("get", "/"), () => session.request("GET")]) try { f(); } catch (e) { console.log(e.message); }`);
  expect(lines).toEqual([
    "GET /a 1 2",
    "POST /b  3 POST /c  3 PUT /d  3",
    "GET /e  3 true",
    "GET /f 9 3,DELETE /g  3",
    "Invalid method: get. Expected one of GET,HEAD,POST,PUT,DELETE,CONNECT,OPTIONS,TRACE,PATCH",
    "Invalid number of arguments for request(). Provide at least Method and URL.",
  ]);
  const kinds = samples.filter((line) => line.startsWith("http_reqs ")).map((line) => /kind=(\w)/.exec(line)?.[1]);
  expect(kinds).toEqual(["a", "b", "b", "b", "b", "b", "b"]);
  expect(samples.filter((line) => line.startsWith("http_reqs ") && line.includes("batch=yes")).length).toBe(2);
});

test("httpx adds to the error metric what the condition refuses", async () => {
  const { samples } = await run(
    `session.get("/"); session.get("/missing"); session.get("/missing", null, { expect: (r) => r.status === 404 });`,
  );
  expect(samples.filter((line) => line.startsWith("failures"))).toEqual(["failures 0", "failures 1", "failures 0"]);
});
