import { afterAll, beforeAll, expect, test } from "bun:test";
import type { HttpResult } from "../../src/net/request.ts";
import { openSession, send, sendOnce } from "../support/http-peer.ts";
import { LARGE_BYTES, type Nginx, startNginx } from "../support/nginx.ts";

let nginx: Nginx;
beforeAll(async () => {
  nginx = await startNginx();
});
afterAll(() => nginx?.stop());

const last = (result: HttpResult) => result.exchanges.at(-1)!;
const trusting = () => ({ environment: { SSL_CERT_FILE: nginx.caFile } });

test("HTTP/1.1, HTTP/2 over TLS 1.3, TLS 1.2 without HTTP/2", async () => {
  const shown = async (base: string) => {
    const exchange = last(await sendOnce({ url: `${base}/hello.txt` }, trusting()));
    return [exchange.status, exchange.proto, exchange.connection!.tls?.version, exchange.body!.toString()];
  };
  expect(await shown(nginx.http)).toEqual([200, "HTTP/1.1", undefined, "hello\n"]);
  expect(await shown(nginx.https)).toEqual([200, "HTTP/2.0", "tls1.3", "hello\n"]);
  expect(await shown(nginx.tls12)).toEqual([200, "HTTP/1.1", "tls1.2", "hello\n"]);
});

test("TLS 1.2 and 1.3 as the options ask", async () => {
  for (const version of ["tls1.2", "tls1.3"] as const) {
    const tls = { tlsVersion: { min: version, max: version } };
    const exchange = last(await sendOnce({ url: `${nginx.https}/hello.txt` }, { ...trusting(), tls }));
    expect([exchange.connection!.tls!.version, exchange.proto]).toEqual([version, "HTTP/2.0"]);
  }
});

test("methods and headers arrive, HEAD has no body", async () => {
  for (const base of [nginx.http, nginx.https]) {
    const session = openSession(trusting());
    for (const method of ["GET", "POST", "PUT", "DELETE", "OPTIONS"]) {
      const exchange = last(await send(session, { url: `${base}/headers`, method, headers: ["X-Mine", "mine"] }));
      const headers = exchange.head!.headers.map((each) => each.toLowerCase());
      expect([exchange.status, exchange.body!.toString(), headers[headers.indexOf("x-method") + 1]]).toEqual([
        200,
        "mine",
        method.toLowerCase(),
      ]);
    }
    const head = last(await send(session, { url: `${base}/text.txt`, method: "HEAD" }));
    expect([head.status, head.head!.contentLength, head.body!.length]).toEqual([200, 24_000, 0]);
    session.close();
  }
});

test("keep-alive limits: a new connection after three answers, and after the server gave up an idle one", async () => {
  const session = openSession();
  const connected: boolean[] = [];
  for (let i = 0; i < 7; i++) {
    const exchange = last(await send(session, { url: `${nginx.http}/three` }));
    expect(exchange.status).toBe(200);
    connected.push(exchange.timings.connecting > 0);
  }
  expect(connected).toEqual([true, false, false, true, false, false, true]);
  await send(session, { url: `${nginx.http}/short` });
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(last(await send(session, { url: `${nginx.http}/short` })).status).toBe(200);
  session.close();
});

test("a body of 100 MB in each direction, over each protocol", async () => {
  const body = Buffer.alloc(LARGE_BYTES, "u");
  for (const base of [nginx.http, nginx.https, nginx.tls12]) {
    const session = openSession(trusting());
    const down = last(await send(session, { url: `${base}/large.bin`, timeoutMs: 60_000 }));
    expect([down.error, down.body?.length]).toEqual(["", LARGE_BYTES]);
    expect(down.timings.receiving).toBeGreaterThan(1);
    const dropped = last(await send(session, { url: `${base}/large.bin`, timeoutMs: 60_000, discardBody: true }));
    expect([dropped.error, dropped.body]).toEqual(["", undefined]);
    const up = last(await send(session, { url: `${base}/upload`, method: "POST", body, timeoutMs: 60_000 }));
    expect([up.error, up.body?.toString()]).toEqual(["", String(LARGE_BYTES)]);
    session.close();
  }
}, 120_000);

test("502, redirects, a body that is refused, basic authorization, gzip", async () => {
  for (const base of [nginx.http, nginx.https]) {
    const session = openSession(trusting());
    const bad = last(await send(session, { url: `${base}/bad-gateway` }));
    expect([bad.status, bad.errorCode, bad.statusText]).toEqual([502, 1502, "502 Bad Gateway"]);
    const moved = await send(session, { url: `${base}/moved` });
    expect([moved.exchanges.length, moved.url, last(moved).body!.toString()]).toEqual([
      2,
      `${base}/hello.txt`,
      "hello\n",
    ]);
    const large = last(await send(session, { url: `${base}/small-limit`, method: "POST", body: "x".repeat(5_000) }));
    expect(large.status).toBe(413);
    expect(last(await send(session, { url: `${base}/secret/` })).status).toBe(401);
    const secret = await send(session, { url: `${base.replace("//", "//ann:pw@")}/secret/` });
    expect(last(secret).body!.toString()).toBe("let in");
    const packed = last(await send(session, { url: `${base}/gzip`, headers: ["Accept-Encoding", "gzip"] }));
    expect([packed.head!.contentEncoding, packed.body!.length]).toEqual(["gzip", 24_000]);
    expect(packed.bytesReceived).toBeLessThan(2_000);
    session.close();
  }
});

test("five hundred requests from twenty sessions, each answered once", async () => {
  for (const base of [nginx.http, nginx.https]) {
    const sessions = Array.from({ length: 20 }, () => openSession(trusting()));
    const results = await Promise.all(
      sessions.map(async (session) => {
        let right = 0;
        for (let i = 0; i < 25; i++) {
          if (last(await send(session, { url: `${base}/hello.txt` })).body?.toString() === "hello\n") right++;
        }
        return right;
      }),
    );
    expect(results.reduce((a, b) => a + b)).toBe(500);
    for (const session of sessions) session.close();
  }
});
