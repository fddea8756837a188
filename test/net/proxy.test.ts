import { afterEach, describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { ProxyRules } from "../../src/net/proxy.ts";
import type { HttpResult } from "../../src/net/request.ts";
import { parseUrl } from "../../src/net/url.ts";
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

const peers: Peer[] = [];
afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.close();
});
const last = (result: HttpResult) => result.exchanges.at(-1)!;

describe("ProxyRules", () => {
  const chosen = (environment: Record<string, string>, url: string) => {
    const { proxy, failure } = new ProxyRules(environment).choose(parseUrl(url));
    return failure?.text ?? (proxy && `${proxy.scheme}://${proxy.hostname}:${proxy.port}`);
  };
  test.each([
    [{ HTTP_PROXY: "http://p:1" }, "http://a.test/", "http://p:1"],
    [{ http_proxy: "p:1" }, "http://a.test/", "http://p:1"],
    [{ HTTP_PROXY: "http://p:1" }, "https://a.test/", undefined],
    [{ HTTPS_PROXY: "https://p" }, "https://a.test/", "https://p:443"],
    [{ HTTP_PROXY: "p:1" }, "http://localhost/", undefined],
    [{ HTTP_PROXY: "p:1" }, "http://127.0.0.9/", undefined],
    [{ HTTP_PROXY: "p:1" }, "http://[::1]/", undefined],
    [{ HTTP_PROXY: "p:1", NO_PROXY: "a.test" }, "http://a.test/", undefined],
    [{ HTTP_PROXY: "p:1", NO_PROXY: "a.test" }, "http://x.a.test/", undefined],
    [{ HTTP_PROXY: "p:1", NO_PROXY: ".a.test" }, "http://a.test/", "http://p:1"],
    [{ HTTP_PROXY: "p:1", NO_PROXY: "*.a.test" }, "http://x.a.test/", undefined],
    [{ HTTP_PROXY: "p:1", NO_PROXY: "a.test:81" }, "http://a.test/", "http://p:1"],
    [{ HTTP_PROXY: "p:1", no_proxy: "b, a.test:80" }, "http://a.test/", undefined],
    [{ HTTP_PROXY: "p:1", NO_PROXY: "10.0.0.0/8" }, "http://10.1.1.1/", undefined],
    [{ HTTP_PROXY: "p:1", NO_PROXY: "10.0.0.1" }, "http://10.0.0.2/", "http://p:1"],
    [{ HTTP_PROXY: "p:1", NO_PROXY: "*" }, "http://a.test/", undefined],
    [
      { HTTP_PROXY: "socks5://p:1" },
      "http://a.test/",
      'proxy scheme "socks5" is not supported: use an http or https proxy',
    ],
  ])("%j for %s", (environment, url, expected) => {
    expect(chosen(environment as Record<string, string>, url)).toBe(expected as string);
  });
});

test("a plain request goes to the proxy with its whole URL", async () => {
  const seen: string[] = [];
  const proxy = await startPeer((socket) =>
    onRequests(socket, (wire) => {
      seen.push(`${wire.method} ${wire.target} ${wire.get("host")} ${wire.get("proxy-authorization")}`);
      return "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nproxied";
    }),
  );
  peers.push(proxy);
  const session = openSession({ environment: { HTTP_PROXY: `http://u:p@127.0.0.1:${proxy.port}` } });
  expect(last(await send(session, { url: "http://a.test/x?y" })).body!.toString()).toBe("proxied");
  expect(last(await send(session, { url: "http://b.test:81/" })).timings.connecting).toBe(0);
  expect(seen).toEqual(["GET http://a.test/x?y a.test Basic dTpw", "GET http://b.test:81/ b.test:81 Basic dTpw"]);
  session.close();
});

test("https goes through CONNECT, the certificate is judged by the target's name", async () => {
  const pair = makeCertificate({ extensions: ["subjectAltName=DNS:secure.test"] });
  const target = await startTlsPeer(pair, (socket) =>
    onRequests(socket, () => "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret"),
  );
  const seen: string[] = [];
  const proxy = await startPeer((socket) => {
    socket.once("data", (chunk) => {
      seen.push(chunk.toString());
      const up = connect(target.port, "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
        socket.pipe(up).pipe(socket);
      });
      up.on("error", () => socket.destroy());
    });
  });
  peers.push(target, proxy);
  const environment = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
  const session = openSession({ environment, tls: { insecureSkipTLSVerify: true } });
  const first = last(await send(session, { url: "https://secure.test/" }));
  expect([first.error, first.body?.toString()]).toEqual(["", "secret"]);
  expect(last(await send(session, { url: "https://secure.test/" })).timings.connecting).toBe(0);
  expect(seen).toEqual([
    "CONNECT secure.test:443 HTTP/1.1\r\nHost: secure.test:443\r\nUser-Agent: Go-http-client/1.1\r\n\r\n",
  ]);
  session.close();
  expect(last(await sendOnce({ url: "https://secure.test/" }, { environment })).errorCode).toBe(1310);
});

test("a proxy that refuses, and one that is not there", async () => {
  const proxy = await startPeer((socket) =>
    socket.once("data", () => socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")),
  );
  peers.push(proxy);
  const refused = last(
    await sendOnce({ url: "https://a.test/" }, { environment: { HTTPS_PROXY: `127.0.0.1:${proxy.port}` } }),
  );
  expect([refused.error, refused.errorCode]).toEqual(["Proxy Authentication Required", 1000]);
  const absent = await sendOnce({ url: "http://a.test/" }, { environment: { HTTP_PROXY: "127.0.0.1:1" } });
  const text = "proxyconnect tcp: dial tcp 127.0.0.1:1: connect: connection refused";
  expect([last(absent).error, last(absent).errorCode, absent.errorText]).toEqual([
    text,
    1200,
    `Get "http://a.test/": ${text}`,
  ]);
});

test("a proxy that speaks TLS", async () => {
  const pair = makeCertificate();
  const proxy = await startTlsPeer(pair, (socket) =>
    onRequests(socket, (wire) => `HTTP/1.1 200 OK\r\nContent-Length: ${wire.target.length}\r\n\r\n${wire.target}`),
  );
  peers.push(proxy);
  const config = {
    environment: { HTTP_PROXY: `https://127.0.0.1:${proxy.port}` },
    tls: { insecureSkipTLSVerify: true },
  };
  const exchange = last(await sendOnce({ url: "http://a.test/z" }, config));
  expect([exchange.error, exchange.body?.toString(), exchange.connection!.tls]).toEqual([
    "",
    "http://a.test/z",
    undefined,
  ]);
});
