import { afterEach, describe, expect, test } from "bun:test";
import { createSecureServer, type ServerHttp2Stream, type Settings } from "node:http2";
import type { AddressInfo } from "node:net";
import type { PeerCertificate, TlsOptions } from "node:tls";
import type { HttpClientConfig, HttpResult } from "../../src/net/request.ts";
import { judge, systemRoots, TlsClient } from "../../src/net/tls.ts";
import {
  makeCertificate,
  onRequests,
  openSession,
  type Peer,
  send,
  sendOnce,
  startPeer,
  startTlsPeer,
} from "../support/http-peer.ts";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const pair = makeCertificate();
const clientPair = makeCertificate({ subject: "/CN=client.test", extensions: ["extendedKeyUsage=clientAuth"] });
const folder = mkdtempSync(join(tmpdir(), "net-tls-"));
const trusted: HttpClientConfig = { environment: { SSL_CERT_FILE: join(folder, "ca.pem") } };
writeFileSync(join(folder, "ca.pem"), pair.cert);
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const peers: Peer[] = [];
const closers: (() => void)[] = [];
afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.close();
  for (const close of closers.splice(0)) close();
});

async function serve(options: TlsOptions = {}): Promise<Peer> {
  const peer = await startTlsPeer({ ...pair, ALPNProtocols: ["http/1.1"], ...options }, (socket) => {
    const certificate = (socket as unknown as { getPeerCertificate(): PeerCertificate }).getPeerCertificate?.();
    onRequests(socket, () => {
      const name = certificate?.subject?.CN ?? "none";
      return `HTTP/1.1 200 OK\r\nContent-Length: ${name.length}\r\n\r\n${name}`;
    });
  });
  peers.push(peer);
  return peer;
}
const last = (result: HttpResult) => result.exchanges.at(-1)!;
const shown = (result: HttpResult) => [
  last(result).error,
  last(result).errorCode,
  result.errorText.replace(/:\d{4,5}/g, ":PORT"),
];
const insecure: HttpClientConfig = { tls: { insecureSkipTLSVerify: true } };

describe("TLS", () => {
  test("version, cipher suite and handshake time are reported; the connection is kept", async () => {
    const peer = await serve();
    const session = openSession(insecure);
    const url = `https://127.0.0.1:${peer.port}/`;
    const first = last(await send(session, { url }));
    const second = last(await send(session, { url }));
    expect(first.connection!.tls).toEqual({
      version: "tls1.3",
      cipherSuite: expect.stringMatching(/^TLS_(AES|CHACHA20)/),
    });
    expect(first.timings.tlsHandshaking).toBeGreaterThan(0);
    expect(first.timings.connecting).toBeGreaterThan(0);
    expect([second.timings.tlsHandshaking, second.timings.connecting, peer.connectionCount()]).toEqual([0, 0, 1]);
    expect([first.proto, first.status]).toEqual(["HTTP/1.1", 200]);
    session.close();
  });

  test("tlsVersion and tlsCipherSuites limit what is offered", async () => {
    const peer = await serve();
    const exchange = last(
      await sendOnce(
        { url: `https://127.0.0.1:${peer.port}/` },
        {
          tls: {
            insecureSkipTLSVerify: true,
            tlsVersion: { min: "tls1.2", max: "tls1.2" },
            tlsCipherSuites: ["TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"],
          },
        },
      ),
    );
    expect(exchange.connection!.tls).toEqual({
      version: "tls1.2",
      cipherSuite: "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    });
  });

  test("an unknown authority", async () => {
    const peer = await serve();
    expect(shown(await sendOnce({ url: `https://127.0.0.1:${peer.port}/x` }))).toEqual([
      "x509: unknown authority",
      1310,
      'Get "https://127.0.0.1:PORT/x": tls: failed to verify certificate: x509: certificate signed by unknown authority',
    ]);
  });

  test("SSL_CERT_FILE is trusted; then the name counts", async () => {
    const peer = await serve();
    expect(last(await sendOnce({ url: `https://127.0.0.1:${peer.port}/` }, trusted)).status).toBe(200);
    expect(last(await sendOnce({ url: `https://localhost:${peer.port}/` }, trusted)).status).toBe(200);
    const other = await sendOnce(
      { url: `https://other.test:${peer.port}/` },
      { ...trusted, hosts: { "other.test": "127.0.0.1" } },
    );
    expect(shown(other)).toEqual([
      "x509: certificate doesn't match hostname",
      1311,
      'Get "https://other.test:PORT/": tls: failed to verify certificate: x509: certificate is valid for localhost, not other.test',
    ]);
  });

  test("a client certificate is presented to its domains", async () => {
    const peer = await serve({ requestCert: true, rejectUnauthorized: false });
    const hosts = { "*.auth.test": "127.0.0.1" };
    const tls = { insecureSkipTLSVerify: true, tlsAuth: [{ ...clientPair, domains: ["*.auth.test"] }] };
    const result = await sendOnce({ url: `https://a.auth.test:${peer.port}/` }, { tls, hosts });
    expect(last(result).body!.toString()).toBe("client.test");
    expect(last(await sendOnce({ url: `https://127.0.0.1:${peer.port}/` }, insecure)).body!.toString()).toBe("none");
  });

  test("a server that wants a certificate and gets none", async () => {
    const peer = await serve({
      requestCert: true,
      rejectUnauthorized: true,
      ca: clientPair.cert,
      maxVersion: "TLSv1.2",
    });
    const result = await sendOnce({ url: `https://127.0.0.1:${peer.port}/` }, insecure);
    expect(last(result).status).toBe(0);
    expect(last(result).error).not.toBe("");
  });

  test("no common version", async () => {
    const peer = await serve({ minVersion: "TLSv1.3" });
    const result = await sendOnce(
      { url: `https://127.0.0.1:${peer.port}/` },
      { tls: { insecureSkipTLSVerify: true, tlsVersion: { max: "tls1.2" } } },
    );
    expect(shown(result)).toEqual([
      "remote error: tls: protocol version not supported",
      1010,
      'Get "https://127.0.0.1:PORT/": remote error: tls: protocol version not supported',
    ]);
  });

  test("a server without TLS, and one that hangs up", async () => {
    const plain = await startPeer((socket) => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n"));
    const rude = await startPeer((socket) => socket.once("data", () => socket.end()));
    peers.push(plain, rude);
    const result = await sendOnce({ url: `https://127.0.0.1:${plain.port}/` }, insecure);
    expect([last(result).error, last(result).errorCode]).toEqual([
      "tls: first record does not look like a TLS handshake",
      1301,
    ]);
    expect(shown(await sendOnce({ url: `https://127.0.0.1:${rude.port}/` }, insecure))).toEqual([
      "EOF",
      1000,
      'Get "https://127.0.0.1:PORT/": EOF',
    ]);
  });

  test("a handshake that never ends times out", async () => {
    const peer = await startPeer((socket) => void socket.resume());
    peers.push(peer);
    const result = await sendOnce({ url: `https://127.0.0.1:${peer.port}/`, timeoutMs: 80 }, insecure);
    expect(shown(result)).toEqual(["request timeout", 1050, 'Get "https://127.0.0.1:PORT/": request timeout']);
  });
});

describe("judge follows Go's order: dates, name, chain", () => {
  const certificate = (parts: Partial<PeerCertificate>) =>
    ({
      valid_from: "Jan 1 00:00:00 2020 GMT",
      valid_to: "Jan 1 00:00:00 2030 GMT",
      subject: { CN: "x" },
      subjectaltname: "DNS:a.test, DNS:*.b.test, IP Address:10.0.0.1",
      ...parts,
    }) as PeerCertificate;
  const at = { chainError: "", nowMs: Date.UTC(2025, 0, 1) };

  test.each([
    ["a.test", undefined],
    ["A.TEST", undefined],
    ["x.b.test", undefined],
    ["10.0.0.1", undefined],
    ["x.y.b.test", "x509: certificate is valid for a.test, *.b.test, not x.y.b.test"],
    ["b.test", "x509: certificate is valid for a.test, *.b.test, not b.test"],
    ["10.0.0.2", "x509: certificate is valid for 10.0.0.1, not 10.0.0.2"],
  ])("%s", (hostname, reason) => {
    expect(judge(certificate({}), { hostname, ...at })?.text).toBe(
      reason && `tls: failed to verify certificate: ${reason}`,
    );
  });

  test("no names at all", () => {
    expect(judge(certificate({ subjectaltname: "" }), { hostname: "x", ...at })?.text).toContain(
      "relies on legacy Common Name field, use SANs instead",
    );
    expect(judge(certificate({ subjectaltname: "DNS:a" }), { hostname: "10.0.0.1", ...at })?.text).toContain(
      "cannot validate certificate for 10.0.0.1 because it doesn't contain any IP SANs",
    );
  });

  test("expired comes before everything", () => {
    const failure = judge(certificate({}), { hostname: "nope", chainError: "X", nowMs: Date.UTC(2031, 0, 2) });
    expect(failure).toEqual({
      errorCode: 1000,
      error:
        "x509: certificate has expired or is not yet valid: current time 2031-01-02T00:00:00Z is after 2030-01-01T00:00:00Z",
      text: "tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2031-01-02T00:00:00Z is after 2030-01-01T00:00:00Z",
    });
  });

  test("the chain comes last", () => {
    expect(
      judge(certificate({}), { ...at, hostname: "a.test", chainError: "DEPTH_ZERO_SELF_SIGNED_CERT" })?.errorCode,
    ).toBe(1310);
  });
});

test("TLS options that cannot be used are the user's error", () => {
  expect(() => new TlsClient({ tlsCipherSuites: ["NOPE"] })).toThrow('there is no cipher suite "NOPE"');
  expect(() => new TlsClient({ tlsAuth: [{ cert: "no", key: "no" }] }).connectOptions("a")).toThrow(
    'Cannot use the "tlsAuth" entry 1',
  );
});

test("what SSL_CERT_FILE names and does not hold leaves nothing to trust", () => {
  expect(systemRoots({ SSL_CERT_FILE: "/nowhere" })).toBe("");
  expect(systemRoots({ SSL_CERT_FILE: "/nowhere", SSL_CERT_DIR: folder })).toContain("BEGIN CERTIFICATE");
});

describe("HTTP/2", () => {
  async function serveHttp2(
    onStream: (stream: ServerHttp2Stream, headers: Record<string, unknown>) => void,
    options: { settings?: Settings; onSession?: () => void } = {},
  ): Promise<string> {
    const server = createSecureServer({ ...pair, allowHTTP1: true, settings: options.settings });
    server.on("stream", (stream: ServerHttp2Stream, headers) => {
      stream.on("error", () => stream.destroy());
      onStream(stream, headers);
    });
    const sessions = new Set<{ destroy(): void }>();
    server.on("session", (session) => {
      options.onSession?.();
      sessions.add(session);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    closers.push(() => {
      for (const session of sessions) session.destroy();
      server.close();
    });
    return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  test("is chosen by ALPN; one connection carries requests side by side", async () => {
    let seen: Record<string, unknown> = {};
    const url = await serveHttp2((stream, headers) => {
      seen = headers;
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        stream.respond({ ":status": 201, "x-a": "1", "set-cookie": ["a=1", "b=2"] });
        stream.end(`${headers[":method"]} ${headers[":path"]} ${Buffer.concat(chunks)}`);
      });
    });
    const session = openSession(insecure);
    const first = last(
      await send(session, {
        url: `${url}/p?q`,
        method: "POST",
        body: "data",
        headers: ["X-B", "2", "Connection", "keep-alive"],
      }),
    );
    expect([first.status, first.statusText, first.proto, first.body!.toString()]).toEqual([
      201,
      "201 Created",
      "HTTP/2.0",
      "POST /p?q data",
    ]);
    expect([seen["x-b"], seen["content-length"], seen["user-agent"], seen["connection"]]).toEqual([
      "2",
      "4",
      "test",
      undefined,
    ]);
    expect(first.head!.headers.filter((_, i) => i % 2 === 0)).toContain("set-cookie");
    expect(first.timings.tlsHandshaking).toBeGreaterThan(0);
    const more = await Promise.all(Array.from({ length: 5 }, (_, i) => send(session, { url: `${url}/${i}` })));
    expect(more.map((each) => last(each).body!.toString())).toEqual([
      "GET /0 ",
      "GET /1 ",
      "GET /2 ",
      "GET /3 ",
      "GET /4 ",
    ]);
    for (const each of more) expect(last(each).timings.connecting).toBe(0);
    session.close();
  });

  test("a full connection is joined by a second one", async () => {
    let sessionCount = 0;
    const url = await serveHttp2(
      (stream) => {
        setTimeout(() => {
          stream.respond({ ":status": 200 });
          stream.end("late");
        }, 100);
      },
      { settings: { maxConcurrentStreams: 2 }, onSession: () => sessionCount++ },
    );
    const session = openSession(insecure);
    await send(session, { url });
    const results = await Promise.all(Array.from({ length: 4 }, () => send(session, { url })));
    expect(results.map((each) => last(each).body?.toString())).toEqual(["late", "late", "late", "late"]);
    expect(sessionCount).toBeGreaterThan(1);
    session.close();
  });

  test("HEAD, redirects, large bodies", async () => {
    const large = Buffer.alloc(3_000_000, "x");
    const url = await serveHttp2((stream, headers) => {
      if (headers[":path"] === "/away") {
        stream.respond({ ":status": 302, location: "/large" });
        stream.end();
      } else if (headers[":method"] === "HEAD") {
        stream.respond({ ":status": 200, "content-length": "10" }, { endStream: true });
      } else {
        stream.respond({ ":status": 200 });
        stream.end(large);
      }
    });
    const session = openSession(insecure);
    const result = await send(session, { url: `${url}/away` });
    expect([result.exchanges.length, last(result).body!.length, result.url]).toEqual([2, 3_000_000, `${url}/large`]);
    expect(last(await send(session, { url, method: "HEAD" })).status).toBe(200);
    session.close();
  });

  /** A peer that speaks just enough HTTP/2 to answer each HEADERS frame with frames of the test's own. */
  async function serveFrames(
    onHeaders: (
      streamId: number,
      send: (type: number, flags: number, streamId: number, payload: Buffer) => void,
      close: () => void,
    ) => void,
  ): Promise<string> {
    const peer = await startTlsPeer({ ...pair, ALPNProtocols: ["h2"] }, (socket) => {
      let buffered = Buffer.alloc(0);
      let greeted = false;
      const write = (type: number, flags: number, streamId: number, payload: Buffer) => {
        const head = Buffer.alloc(9);
        head.writeUIntBE(payload.length, 0, 3);
        head.writeUInt8(type, 3);
        head.writeUInt8(flags, 4);
        head.writeUInt32BE(streamId, 5);
        socket.write(Buffer.concat([head, payload]));
      };
      socket.on("data", (chunk: Buffer) => {
        buffered = Buffer.concat([buffered, chunk]);
        if (!greeted && buffered.length >= 24) {
          greeted = true;
          buffered = buffered.subarray(24);
          write(4, 0, 0, Buffer.alloc(0)); // SETTINGS
        }
        while (greeted && buffered.length >= 9 && buffered.length >= 9 + buffered.readUIntBE(0, 3)) {
          const [length, type, flags, streamId] = [
            buffered.readUIntBE(0, 3),
            buffered[3]!,
            buffered[4]!,
            buffered.readUInt32BE(5),
          ];
          buffered = buffered.subarray(9 + length);
          if (type === 4 && !(flags & 1)) write(4, 1, 0, Buffer.alloc(0)); // its acknowledgement
          if (type === 1) onHeaders(streamId, write, () => socket.end());
        }
      });
    });
    peers.push(peer);
    return `https://127.0.0.1:${peer.port}`;
  }
  const u32 = (...values: number[]) =>
    Buffer.concat(values.map((value) => Buffer.from([value >>> 24, value >>> 16, value >>> 8, value])));
  const STATUS_200 = Buffer.from([0x88]); // RFC 7541, appendix A: index 8

  test.each([
    ["RST_STREAM NO_ERROR", 3, u32(0), "http2: stream error with http2 ErrCode NO_ERROR", 1631],
    ["RST_STREAM INTERNAL_ERROR", 3, u32(2), "http2: stream error with http2 ErrCode INTERNAL_ERROR", 1633],
    ["RST_STREAM PROTOCOL_ERROR", 3, u32(1), "http2: stream error with http2 ErrCode PROTOCOL_ERROR", 1632],
    ["GOAWAY ENHANCE_YOUR_CALM", 7, u32(0, 11), "http2: received GoAway with http2 ErrCode ENHANCE_YOUR_CALM", 1622],
  ])("%s", async (_name, type, payload, error, code) => {
    const url = await serveFrames((streamId, write) => write(type, 0, type === 3 ? streamId : 0, payload));
    const exchange = last(await sendOnce({ url, method: "POST" }, insecure));
    expect([exchange.error, exchange.errorCode, exchange.status]).toEqual([error, code, 0]);
  });

  test.each([
    ["without a word", false, "unexpected EOF", 1000],
    ["after a graceful GOAWAY", true, "http2: received GoAway with http2 ErrCode NO_ERROR", 1611],
  ])("a connection that ends %s is not taken for a reset stream", async (_name, saysGoAway, error, code) => {
    const url = await serveFrames((streamId, write, close) => {
      if (saysGoAway) write(7, 0, 0, u32(streamId, 0));
      close();
    });
    const exchange = last(await sendOnce({ url, method: "POST" }, insecure));
    expect([exchange.error, exchange.errorCode]).toEqual([error, code]);
  });

  test("a reset stream fails that request alone, and one reset in its body keeps what arrived", async () => {
    const url = await serveFrames((streamId, write) => {
      if (streamId === 3) return write(3, 0, streamId, u32(2));
      write(1, 4, streamId, STATUS_200);
      write(0, streamId === 5 ? 0 : 1, streamId, Buffer.from("fine"));
      if (streamId === 5) write(3, 0, streamId, u32(2));
    });
    const session = openSession(insecure);
    const results = [];
    for (let i = 0; i < 4; i++) results.push(last(await send(session, { url })));
    expect(results.map((each) => [each.status, each.body?.toString(), each.errorCode])).toEqual([
      [200, "fine", 0],
      [0, undefined, 1633],
      [0, "fine", 1633],
      [200, "fine", 0],
    ]);
    expect(results[3]!.timings.connecting).toBe(0);
    session.close();
  });

  test("a refused stream is sent again", async () => {
    const url = await serveFrames((streamId, write) => {
      if (streamId === 1) return write(3, 0, streamId, u32(7));
      write(1, 4, streamId, STATUS_200);
      write(0, 1, streamId, Buffer.from("second"));
    });
    expect(last(await sendOnce({ url, method: "POST", body: "x" }, insecure)).body!.toString()).toBe("second");
  });

  test("a server that refuses for ever is not asked for ever", async () => {
    let asked = 0;
    const url = await serveFrames((streamId, write) => {
      asked++;
      write(3, 0, streamId, u32(7));
    });
    expect(last(await sendOnce({ url }, insecure)).errorCode).toBe(1638);
    expect(asked).toBe(7);
  });

  test("a timeout cancels the stream and keeps the connection", async () => {
    const url = await serveHttp2((stream, headers) => {
      if (headers[":path"] === "/hang") return;
      stream.respond({ ":status": 200 });
      stream.end("fine");
    });
    const session = openSession(insecure);
    expect(last(await send(session, { url: `${url}/hang`, timeoutMs: 80 })).error).toBe("request timeout");
    const next = last(await send(session, { url }));
    expect([next.body!.toString(), next.timings.connecting]).toEqual(["fine", 0]);
    session.close();
  });

  test("GODEBUG=http2client=0 leaves it out", async () => {
    const peer = await serve({ ALPNProtocols: ["h2", "http/1.1"] });
    const result = await sendOnce(
      { url: `https://127.0.0.1:${peer.port}/` },
      { ...insecure, environment: { GODEBUG: "x=1,http2client=0" } },
    );
    expect(last(result).proto).toBe("HTTP/1.1");
  });
});
