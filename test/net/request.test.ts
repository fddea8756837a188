import { afterEach, describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { MemoryCookieJar } from "../../src/net/cookies.ts";
import { HttpClient, type HttpResult } from "../../src/net/request.ts";
import {
  openSession,
  type Peer,
  send,
  sendOnce,
  startAnswering,
  startPeer,
  type WireRequest,
} from "../support/http-peer.ts";

const peers: Peer[] = [];
async function serve(answer: Parameters<typeof startAnswering>[0]): Promise<string> {
  const peer = await startAnswering(answer);
  peers.push(peer);
  return `http://127.0.0.1:${peer.port}`;
}
afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.close();
});

const ok = (body: string, headers = "") =>
  `HTTP/1.1 200 OK\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
const last = (result: HttpResult) => result.exchanges.at(-1)!;
const text = (result: HttpResult) => last(result).body?.toString();

describe("the request on the wire", () => {
  async function sent(
    request: Parameters<typeof send>[1] extends infer R ? Partial<R> : never,
    config = {},
  ): Promise<WireRequest> {
    let seen: WireRequest | undefined;
    const url = await serve((wire) => {
      seen = wire;
      return ok("");
    });
    const result = await sendOnce({ ...request, url: `${url}${request.url ?? "/p?q=1"}` }, config);
    expect(result.errorText).toBe("");
    return seen!;
  }
  const lines = (wire: WireRequest) =>
    wire.head
      .replace(/127\.0\.0\.1:\d+/, "HOST")
      .split("\r\n")
      .slice(0, -2);

  test("a GET is Host and User-Agent", async () => {
    expect(lines(await sent({}))).toEqual(["GET /p?q=1 HTTP/1.1", "Host: HOST", "User-Agent: test"]);
  });

  test("headers are canonical, unique and sorted; Host and User-Agent can be chosen", async () => {
    const headers = [
      "x-b",
      "2",
      "accept",
      "*/*",
      "host",
      "virtual.test",
      "user-agent",
      "mine",
      "X-B",
      "3",
      "content-length",
      "99",
    ];
    expect(lines(await sent({ headers }))).toEqual([
      "GET /p?q=1 HTTP/1.1",
      "Host: virtual.test",
      "User-Agent: mine",
      "Accept: */*",
      "X-B: 3",
    ]);
  });

  test("a body has its length in UTF-8 bytes", async () => {
    const wire = await sent({ method: "POST", body: "ü✓" });
    expect(lines(wire)).toEqual(["POST /p?q=1 HTTP/1.1", "Host: HOST", "User-Agent: test", "Content-Length: 5"]);
    expect(Buffer.from(wire.body, "latin1").toString()).toBe("ü✓");
  });

  test("no body: POST, PUT, PATCH say so, others do not", async () => {
    for (const method of ["POST", "PUT", "PATCH"]) expect((await sent({ method })).get("content-length")).toBe("0");
    for (const method of ["GET", "DELETE", "OPTIONS", "PURGE"]) {
      expect((await sent({ method })).get("content-length")).toBeUndefined();
    }
  });

  test("an empty body goes in chunks, as Go sends a body whose length it does not know", async () => {
    expect((await sent({ method: "POST", body: "" })).get("transfer-encoding")).toBe("chunked");
    expect((await sent({ method: "GET", body: "" })).get("transfer-encoding")).toBeUndefined();
  });

  test("user and password of the URL become Basic authorization, unless there is one", async () => {
    let seen = "";
    const url = await serve((wire) => {
      seen = wire.get("authorization") ?? "";
      return ok("");
    });
    const withUser = url.replace("//", "//ann:p%40w@");
    await sendOnce({ url: withUser });
    expect(seen).toBe("Basic YW5uOnBAdw==");
    await sendOnce({ url: withUser, headers: ["Authorization", "Bearer x"] });
    expect(seen).toBe("Bearer x");
  });

  test("noConnectionReuse asks to close", async () => {
    expect(lines(await sent({ headers: ["X-A", "1"] }, { noConnectionReuse: true })).slice(-2)).toEqual([
      "X-A: 1",
      "Connection: close",
    ]);
  });

  test("large bodies arrive whole", async () => {
    const body = "0123456789".repeat(300_000);
    expect((await sent({ method: "PUT", body })).body).toBe(body);
    expect((await sent({ method: "PUT", body: Buffer.from(body) })).body).toBe(body);
  });

  test("the body is encoded with each coding in turn, a Content-Encoding of one's own stays", async () => {
    const wire = await sent({ method: "POST", body: "a".repeat(500), compression: ["gzip", "br"] });
    expect(wire.get("content-encoding")).toBe("gzip, br");
    expect(Number(wire.get("content-length"))).toBeLessThan(100);
    const own = await sent({ method: "POST", body: "a", compression: ["gzip"], headers: ["Content-Encoding", "own"] });
    expect(own.get("content-encoding")).toBe("own");
  });
});

test("a head that was prepared serves no request of another shape", async () => {
  const seen: string[] = [];
  const url = await serve((wire) => {
    seen.push(
      [
        wire.method,
        wire.body.length,
        wire.get("x-a"),
        wire.get("content-encoding"),
        wire.get("cookie"),
        wire.get("authorization"),
      ].join(),
    );
    return ok("");
  });
  const session = openSession();
  const headers = ["X-A", "1"];
  const jar = new MemoryCookieJar();
  const requests = [
    {},
    { headers },
    { headers },
    { headers: ["X-A", "2"] },
    {},
    { method: "POST", body: "x".repeat(21) },
    { method: "POST", body: "x", compression: ["gzip"] as const },
    { method: "POST", body: Buffer.from("x".repeat(21)) },
    { method: "HEAD" },
    { cookies: [{ name: "c", value: "1", replace: false }], jar },
    { method: "POST", body: "ab" },
    { method: "POST", body: "cd" },
  ];
  for (const request of requests) await send(session, { url, ...request });
  const compressed = seen.splice(6, 1)[0]!;
  expect(compressed).toMatch(/^POST,\d+,,gzip,,$/);
  expect(seen).toEqual([
    "GET,0,,,,",
    "GET,0,1,,,",
    "GET,0,1,,,",
    "GET,0,2,,,",
    "GET,0,,,,",
    "POST,21,,,,",
    "POST,21,,,,",
    "HEAD,0,,,,",
    "GET,0,,,c=1,",
    "POST,2,,,,",
    "POST,2,,,,",
  ]);
  session.close();
});

describe("the answer", () => {
  test("status, text, protocol, headers in wire order, body, address", async () => {
    const url = await serve(
      () => "HTTP/1.1 418 I'm a teapot\r\nx-one: 1\r\nX-Two: 2\r\nx-one: 3\r\nContent-Length: 2\r\n\r\nhi",
    );
    const result = await sendOnce({ url: `${url}/a` });
    const exchange = last(result);
    expect([exchange.status, exchange.statusText, exchange.proto]).toEqual([418, "418 I'm a teapot", "HTTP/1.1"]);
    expect(exchange.head!.headers).toEqual(["x-one", "1", "X-Two", "2", "x-one", "3", "Content-Length", "2"]);
    expect(text(result)).toBe("hi");
    expect([exchange.error, exchange.errorCode, exchange.remoteIp]).toEqual(["", 1418, "127.0.0.1"]);
    expect(exchange.remotePort).toBeGreaterThan(0);
    expect(result.url).toBe(`${url}/a`);
  });

  test("chunks with extensions and trailers, HTTP/1.0, until close, 1xx before it", async () => {
    const answers: Record<string, string> = {
      "/chunked":
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=1\r\nhello\r\n6\r\n world\r\n0\r\nX-T: 1\r\n\r\n",
      "/1.0": "HTTP/1.0 200 OK\r\nContent-Length: 11\r\n\r\nhello world",
      "/1xx": `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${ok("hello world")}`,
      "/lf": "HTTP/1.1 200 OK\nContent-Length: 11\n\nhello world",
      "/folded": "HTTP/1.1 200 OK\r\nX-F: a\r\n  b\r\nContent-Length: 11\r\n\r\nhello world",
    };
    const url = await serve((wire, socket) => {
      if (wire.target === "/close") {
        socket.end("HTTP/1.1 200 OK\r\n\r\nhello world");
        return undefined;
      }
      return answers[wire.target];
    });
    for (const path of [...Object.keys(answers), "/close"])
      expect(text(await sendOnce({ url: url + path }))).toBe("hello world");
    expect(last(await sendOnce({ url: `${url}/folded` })).head!.headers[1]).toBe("a b");
  });

  test("HEAD, 204 and 304 have no body, whatever they say", async () => {
    const url = await serve((wire) =>
      wire.method === "HEAD"
        ? "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"
        : `HTTP/1.1 ${wire.target.slice(1)} X\r\n\r\n`,
    );
    const session = openSession();
    expect(text(await send(session, { url, method: "HEAD" }))).toBe("");
    expect(last(await send(session, { url: `${url}/204` })).body).toBeUndefined();
    expect(last(await send(session, { url: `${url}/304` })).body).toBeUndefined();
    expect(peers.at(-1)!.connectionCount()).toBe(1);
    session.close();
  });

  test("content codings are undone; with discardBody the body is read and dropped", async () => {
    const url = await serve(() =>
      Buffer.concat([
        Buffer.from(
          ok("", "Content-Encoding: gzip\r\n").replace(
            "Content-Length: 0",
            `Content-Length: ${gzipSync("packed").length}`,
          ),
        ),
        gzipSync("packed"),
      ]),
    );
    expect(text(await sendOnce({ url }))).toBe("packed");
    const dropped = last(await sendOnce({ url, discardBody: true }));
    expect([dropped.status, dropped.body]).toEqual([200, undefined]);
  });

  test("bytes are counted", async () => {
    const answer = ok("0123456789");
    const url = await serve(() => answer);
    const exchange = last(await sendOnce({ url: `${url}/x` }));
    expect(exchange.bytesReceived).toBe(answer.length);
    expect(exchange.bytesSent).toBe(`GET /x HTTP/1.1\r\nHost: ${url.slice(7)}\r\nUser-Agent: test\r\n\r\n`.length);
  });
});

describe("timings", () => {
  test("waiting is the server's, connecting only on a new connection", async () => {
    const url = await serve((_wire, socket) => {
      setTimeout(() => socket.write(ok("x")), 80);
      return undefined;
    });
    const session = openSession();
    const startMs = performance.now();
    const first = last(await send(session, { url })).timings;
    const second = last(await send(session, { url })).timings;
    const bothMs = performance.now() - startMs;
    expect(first.waiting + second.waiting).toBeLessThan(bothMs);
    expect(first.connecting).toBeGreaterThan(0);
    expect(second.connecting).toBe(0);
    for (const { waiting, duration, sending, receiving, tlsHandshaking } of [first, second]) {
      expect(waiting).toBeGreaterThanOrEqual(78);
      expect(duration).toBeCloseTo(sending + waiting + receiving, 6);
      expect(tlsHandshaking).toBe(0);
    }
    session.close();
  });

  test("receiving spans from the first byte to the last", async () => {
    const url = await serve((_wire, socket) => {
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na");
      setTimeout(() => socket.write("b"), 60);
      return undefined;
    });
    expect(last(await sendOnce({ url })).timings.receiving).toBeGreaterThanOrEqual(55);
  });
});

describe("connections", () => {
  test("are kept, unless one side closes", async () => {
    const url = await serve((wire) => ok("x", wire.target === "/last" ? "Connection: close\r\n" : ""));
    const peer = peers.at(-1)!;
    const session = openSession();
    for (const path of ["/", "/", "/last", "/"]) await send(session, { url: url + path });
    expect(peer.connectionCount()).toBe(2);
    session.closeIdle();
    await send(session, { url });
    expect(peer.connectionCount()).toBe(3);
    session.close();
  });

  test("run side by side, keep at most idleConnectionsPerHostMax", async () => {
    const url = await serve((_wire, socket) => {
      setTimeout(() => socket.write(ok("x")), 20);
      return undefined;
    });
    const session = openSession({ idleConnectionsPerHostMax: 3 });
    await Promise.all(Array.from({ length: 8 }, () => send(session, { url })));
    expect(peers.at(-1)!.connectionCount()).toBe(8);
    expect(session.pool.idleCount).toBe(3);
    session.close();
  });

  test("a stale one is replaced once for GET, and reported for POST", async () => {
    const url = await serve((wire, socket) => {
      if (wire.target === "/die" && peers.at(-1)!.connectionCount() === 1) {
        socket.destroy();
        return undefined;
      }
      return ok("alive");
    });
    const session = openSession();
    await send(session, { url });
    expect(text(await send(session, { url: `${url}/die` }))).toBe("alive");
    expect(peers.at(-1)!.connectionCount()).toBe(2);
    session.close();

    const posting = openSession();
    const other = await serve((wire, socket) => {
      if (wire.target === "/die") socket.end();
      return wire.target === "/die" ? undefined : ok("alive");
    });
    await send(posting, { url: other });
    const failed = await send(posting, { url: `${other}/die`, method: "POST", body: "x" });
    expect([failed.failure!.error, failed.errorText]).toEqual(["EOF", `Post "${other}/die": EOF`]);
    posting.close();
  });

  test("an answer that nobody asked for closes the connection", async () => {
    const url = await serve((_wire, socket) => {
      setTimeout(() => socket.write("HTTP/1.1 408 Request Timeout\r\n\r\n"), 10);
      return ok("x");
    });
    const session = openSession();
    await send(session, { url });
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(text(await send(session, { url }))).toBe("x");
    expect(peers.at(-1)!.connectionCount()).toBe(2);
    session.close();
  });

  test("surplus bytes after an answer are not taken for the next", async () => {
    const url = await serve(() => `${ok("x")}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil`);
    const session = openSession();
    expect(text(await send(session, { url }))).toBe("x");
    expect(text(await send(session, { url }))).toBe("x");
    session.close();
  });
});

describe("failures have Go's text and k6's code", () => {
  async function broken(
    answer: string | ((socket: import("node:net").Socket) => void),
    request = {},
  ): Promise<HttpResult> {
    const peer = await startPeer((socket) => {
      socket.once("data", () => {
        if (typeof answer === "string") socket.end(answer);
        else answer(socket);
      });
    });
    peers.push(peer);
    return sendOnce({ url: `http://127.0.0.1:${peer.port}/x`, ...request });
  }
  const shown = (result: HttpResult) => [
    last(result).status,
    last(result).error,
    last(result).errorCode,
    result.errorText.replace(/127\.0\.0\.1:\d+/g, "PEER"),
  ];
  const prefix = 'Get "http://PEER/x": net/http: HTTP/1.x transport connection broken: ';

  test("no answer at all", async () => {
    expect(shown(await broken(""))).toEqual([0, "EOF", 1000, 'Get "http://PEER/x": EOF']);
  });

  test("a body that breaks off keeps what arrived", async () => {
    const result = await broken("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this");
    expect(shown(result)).toEqual([0, "unexpected EOF", 1000, "unexpected EOF"]);
    expect(text(result)).toBe("only this");
    expect(shown(await broken("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"))[1]).toBe(
      "unexpected EOF",
    );
  });

  test.each([
    ["this is not http\r\n\r\n", 'malformed HTTP status code "is"'],
    ["garbage\r\n\r\n", 'malformed HTTP response "garbage"'],
    ["HTTP/1.1 2000 X\r\n\r\n", 'malformed HTTP status code "2000"'],
    ["HTTX/1.1 200 OK\r\n\r\n", 'malformed HTTP version "HTTX/1.1"'],
    ["HTTP/1.1 200 OK\r\nno colon\r\n\r\n", 'malformed MIME header: missing colon: "no colon"'],
    ["HTTP/1.1 200 OK\r\nbad(name): x\r\n\r\n", `malformed MIME header line: "bad(name): x"`],
    ["HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\n", 'bad Content-Length "ten"'],
    [
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
      'http: message cannot contain multiple Content-Length headers; got ["1" "2"]',
    ],
    ["HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", 'unsupported transfer encoding: "gzip"'],
    ["HTTP/1.1 200 OK\r\nX-Cut: ", "unexpected EOF"],
  ])("%j", async (bytes, reason) => {
    expect(shown(await broken(bytes))).toEqual([0, reason, 1000, prefix + reason]);
  });

  test.each([
    ["zz\r\n", "invalid byte in chunk length"],
    ["\r\n", "empty hex number for chunk length"],
    ["5\nhello\r\n", "chunked line ends with bare LF"],
    ["5\r\nhelloXX", "malformed chunked encoding"],
    ["11111111111111111\r\n", "http chunk length too large"],
  ])("a chunk %j", async (bytes, reason) => {
    const result = await broken(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${bytes}`);
    expect(shown(result)).toEqual([0, reason, 1000, reason]);
  });

  test("a malformed first line is refused at once, without waiting for the rest", async () => {
    const result = await broken((socket) => void socket.write("garbage\r\n"), { timeoutMs: 2_000 });
    expect(last(result).error).toBe('malformed HTTP response "garbage"');
  });

  test("a reset connection", async () => {
    const result = await broken((socket) => socket.resetAndDestroy());
    expect(shown(result).slice(0, 3)).toEqual([0, "read: connection reset by peer", 1220]);
    expect(result.errorText).toMatch(
      /^Get "http.*": read tcp 127\.0\.0\.1:\d+->127\.0\.0\.1:\d+: read: connection reset by peer$/,
    );
  });

  test("bad gzip", async () => {
    const result = await broken(
      "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 16\r\n\r\nthis is not gzip",
    );
    const reason = "error decompressing response body (gzip: invalid header)";
    expect(shown(result)).toEqual([0, `error decompressing response body (${reason})`, 1701, reason]);
    expect(last(result).body).toBeUndefined();
  });

  test("nobody listens", async () => {
    const result = await sendOnce({ url: "http://127.0.0.1:1/x", method: "POST" });
    expect(last(result).error).toBe("dial: connection refused");
    expect(last(result).errorCode).toBe(1212);
    expect(result.errorText).toBe('Post "http://127.0.0.1:1/x": dial tcp 127.0.0.1:1: connect: connection refused');
    expect(last(result).timings.duration).toBe(0);
    expect(last(result).remoteIp).toBe("");
  });

  test.each([
    ["", 'Get "": unsupported protocol scheme ""', 1000],
    ["/relative", 'Get "/relative": unsupported protocol scheme ""', 1000],
    ["ftp://127.0.0.1/", 'Get "ftp://127.0.0.1/": unsupported protocol scheme "ftp"', 1000],
    ["http://", 'Get "http:": http: no Host in request URL', 1000],
    ["http://127.0.0.1:99999/", 'Get "http://127.0.0.1:99999/": dial tcp: address 99999: invalid port', 1210],
  ])("the URL %j", async (url, errorText, code) => {
    const result = await sendOnce({ url });
    expect([result.errorText, last(result).errorCode, result.url]).toEqual([errorText, code, url]);
  });

  test("a URL that cannot be parsed leaves no exchange", async () => {
    const result = await sendOnce({ url: "http://%zz/" });
    expect(result.exchanges).toEqual([]);
    expect([result.errorText, result.failure!.errorCode]).toEqual([
      'invalid URL: parse "http://%zz/": invalid URL escape "%zz"',
      1020,
    ]);
  });

  test.each([
    [["bad name", "x"], 'net/http: invalid header field name "bad name"'],
    [["X-A", "line\nbreak"], 'net/http: invalid header field value for "X-A"'],
    [["", "x"], 'net/http: invalid header field name ""'],
  ])("headers %j", async (headers, error) => {
    const result = await sendOnce({ url: "http://127.0.0.1:1/", headers });
    expect([last(result).error, result.exchanges.length]).toEqual([error, 1]);
  });

  test("a blocked address and a blocked name", async () => {
    const config = { blacklistIPs: ["10.0.0.0/8"], blockHostnames: ["*.blocked.test"] };
    const ip = await sendOnce({ url: "http://10.0.0.1/" }, config);
    expect([last(ip).error, last(ip).errorCode, ip.errorText]).toEqual([
      "ip is blacklisted",
      1110,
      'Get "http://10.0.0.1/": IP (10.0.0.1) is in a blacklisted range (10.0.0.0/8)',
    ]);
    const name = await sendOnce({ url: "http://a.blocked.test/" }, config);
    expect([last(name).error, last(name).errorCode, name.errorText]).toEqual([
      "hostname is blocked",
      1111,
      'Get "http://a.blocked.test/": hostname (a.blocked.test) is in a blocked pattern (*.blocked.test)',
    ]);
  });

  test("a timeout before and in the body", async () => {
    const silent = await broken(() => undefined, { timeoutMs: 60 });
    expect(shown(silent)).toEqual([0, "request timeout", 1050, 'Get "http://PEER/x": request timeout']);
    expect(last(silent).timings.waiting).toBeGreaterThanOrEqual(50);
    const half = await broken((socket) => void socket.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), {
      timeoutMs: 60,
    });
    expect(shown(half)).toEqual([0, "request timeout", 1050, "request timeout"]);
    expect(text(half)).toBe("half");
    expect(last(await sendOnce({ url: "http://127.0.0.1:1/", timeoutMs: -1 })).error).toBe("request timeout");
  });
});

describe("redirects", () => {
  const to = (location: string, code = 302, more = "") =>
    `HTTP/1.1 ${code} X\r\nLocation: ${location}\r\n${more}Content-Length: 0\r\n\r\n`;

  test("each hop is an exchange; the limit returns the redirect itself", async () => {
    const url = await serve((wire) => {
      const left = Number(wire.target.slice(1));
      return left > 0 ? to(`/${left - 1}`) : ok("there");
    });
    const result = await sendOnce({ url: `${url}/2` });
    expect(result.exchanges.map((each) => [each.url.href.slice(url.length), each.status])).toEqual([
      ["/2", 302],
      ["/1", 302],
      ["/0", 200],
    ]);
    expect([text(result), result.url, result.redirectsStoppedAfter]).toEqual(["there", `${url}/0`, 0]);

    const stopped = await sendOnce({ url: `${url}/5`, redirectsMax: 1 });
    expect([stopped.url.slice(url.length), last(stopped).status, stopped.redirectsStoppedAfter]).toEqual([
      "/4",
      302,
      2,
    ]);
    const none = await sendOnce({ url: `${url}/1`, redirectsMax: 0 });
    expect([none.url.slice(url.length), last(none).status, none.exchanges.length]).toEqual(["/1", 302, 1]);
  });

  test("method, body and its headers", async () => {
    const seen: string[] = [];
    const url = await serve((wire) => {
      if (wire.target !== "/end") return to("/end", Number(wire.target.slice(1)));
      seen.push(
        `${wire.method} ${wire.body} ${wire.get("x-keep")} ${wire.get("content-type")} ${wire.get("referer")?.slice(-4)}`,
      );
      return ok("");
    });
    for (const code of [301, 302, 303, 307, 308]) {
      await sendOnce({
        url: `${url}/${code}`,
        method: "POST",
        body: "body",
        headers: ["X-Keep", "k", "Content-Type", "text/x"],
      });
    }
    expect(seen).toEqual([
      "GET  k undefined /301",
      "GET  k undefined /302",
      "GET  k undefined /303",
      "POST body k text/x /307",
      "POST body k text/x /308",
    ]);
  });

  test("a HEAD stays one; no Location is an answer", async () => {
    const url = await serve((wire) =>
      wire.target === "/none"
        ? "HTTP/1.1 302 X\r\nContent-Length: 0\r\n\r\n"
        : wire.target === "/end"
          ? ok(wire.method)
          : to("/end"),
    );
    expect(last(await sendOnce({ url, method: "HEAD" })).method).toBe("HEAD");
    expect(last(await sendOnce({ url: `${url}/none` })).status).toBe(302);
  });

  test("credentials go along on the same host, not to another", async () => {
    const seen: (string | undefined)[] = [];
    const other = await serve((wire) => {
      seen.push(wire.get("authorization"), wire.get("x-other"));
      return ok("");
    });
    const elsewhere = other.replace("127.0.0.1", "localhost");
    const url = await serve((wire) =>
      wire.target === "/same"
        ? to("/here")
        : wire.target === "/here"
          ? ok(wire.get("authorization") ?? "none")
          : to(elsewhere),
    );
    const headers = ["Authorization", "Bearer x", "X-Other", "y"];
    expect(text(await sendOnce({ url: `${url}/same`, headers }))).toBe("Bearer x");
    await sendOnce({ url: `${url}/away`, headers });
    expect(seen).toEqual([undefined, "y"]);
  });

  test("cookies are taken from every hop and sent to the next", async () => {
    const seen: (string | undefined)[] = [];
    const url = await serve((wire) => {
      seen.push(wire.get("cookie"));
      return wire.target === "/"
        ? to("/end", 302, "Set-Cookie: a=1\r\nSet-Cookie: b=2; Path=/none\r\n")
        : ok("", "Set-Cookie: c=3\r\n");
    });
    const jar = new MemoryCookieJar();
    const session = openSession();
    await send(session, {
      url: `${url}/`,
      jar,
      headers: ["Cookie", "own=header"],
      cookies: [{ name: "p", value: "q", replace: false }],
    });
    await send(session, { url: `${url}/end`, jar, cookies: [{ name: "a", value: "mine", replace: true }] });
    expect(seen).toEqual(["own=header; p=q", "p=q; a=1", "a=mine; c=3"]);
    session.close();
  });

  test("a Location that cannot be parsed fails the hop", async () => {
    const url = await serve(() => to("http://%zz/"));
    const result = await sendOnce({ url: `${url}/x` });
    const reason = 'failed to parse Location header "http://%zz/": parse "http://%zz/": invalid URL escape "%zz"';
    expect([result.exchanges.length, last(result).status, last(result).error, result.errorText]).toEqual([
      1,
      0,
      reason,
      `Get "${url}/x": ${reason}`,
    ]);
  });

  test("a redirect with a long body does not wait for it", async () => {
    const url = await serve((wire) =>
      wire.target === "/end"
        ? ok("there")
        : "HTTP/1.1 302 X\r\nLocation: /end\r\nContent-Length: 1000000\r\n\r\nnever all of it",
    );
    const result = await sendOnce({ url, timeoutMs: 2_000 });
    expect([text(result), result.errorText]).toEqual(["there", ""]);
  });
});

test("rps spaces requests evenly", async () => {
  const url = await serve(() => ok(""));
  const client = new HttpClient({ requestsPerSecond: 50 });
  const sessions = [client.openSession(), client.openSession()];
  const start = performance.now();
  await Promise.all(Array.from({ length: 6 }, (_, i) => send(sessions[i & 1]!, { url })));
  expect(performance.now() - start).toBeGreaterThanOrEqual(98); // five gaps of 20 ms
  for (const session of sessions) session.close();
});

test("abort closes the connection and calls nobody", async () => {
  let closed = false;
  const peer = await startPeer((socket) => socket.on("close", () => (closed = true)).resume());
  peers.push(peer);
  const session = openSession();
  let called = false;
  const pending = session.send(
    { method: "GET", url: `http://127.0.0.1:${peer.port}/`, redirectsMax: 0, timeoutMs: 50 },
    () => (called = true),
  );
  await new Promise((resolve) => setTimeout(resolve, 20));
  pending.abort();
  await new Promise((resolve) => setTimeout(resolve, 80));
  expect([closed, called]).toEqual([true, false]);
});
