import { expect, test } from "bun:test";
import { acceptFor, canonicalName, HandshakeReader, parseTarget } from "../../src/net/websocket-handshake.ts";

// RFC 6455, section 1.3.
const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

test("acceptFor answers the RFC's sample", () => expect(acceptFor(KEY)).toBe(ACCEPT));

const targets: [url: string, host: string, port: number, hostPort: string, path: string][] = [
  ["ws://h", "h", 80, "h", "/"],
  ["wss://h", "h", 443, "h", "/"],
  ["WS://h:8080/a/../b", "h", 8080, "h:8080", "/a/../b"],
  ["ws://[::1]:81/x", "::1", 81, "[::1]:81", "/x"],
  ["ws://h?a=x y#frag", "h", 80, "h", "/?a=x y"],
  ["ws://h/ä b%2F%zz?ü", "h", 80, "h", "/%C3%A4%20b%2F%25zz?ü"],
  ["ws://h/a;b,c!$&'()*[]", "h", 80, "h", "/a;b,c!$&'()*[]"],
  ["ws://bücher.test/", "xn--bcher-kva.test", 80, "xn--bcher-kva.test", "/"],
];
for (const [url, host, port, hostPort, path] of targets) {
  test(`parseTarget(${url}) asks ${hostPort} for ${path}`, () => {
    expect(parseTarget(url)).toEqual({ secure: /^wss/.test(url), host, port, hostPort, path });
  });
}

test("canonicalName spells names as Go does, and leaves alone what is none", () => {
  expect(canonicalName("sec-websocket-KEY")).toBe("Sec-Websocket-Key");
  expect(canonicalName("x--y_z")).toBe("X--Y_z");
  expect(canonicalName("with space")).toBe("with space");
});

const good = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: foo, WebSocket\r\nConnection: keep-alive, upgrade\r\nSec-WebSocket-Accept: ${ACCEPT}\r\n\r\n`;

test("HandshakeReader gives back the bytes after the answer, wherever they are cut", () => {
  const bytes = Buffer.from(`${good}\x81\x01A`, "latin1");
  for (let cut = 0; cut <= bytes.length; cut++) {
    const reader = new HandshakeReader(KEY);
    const early = reader.feed(bytes.subarray(0, cut));
    const result = early ?? reader.feed(bytes.subarray(cut));
    expect(result!.error).toBeUndefined();
    const rest = early ? Buffer.concat([result!.rest, bytes.subarray(cut)]) : result!.rest;
    expect(rest.toString("latin1")).toBe("\x81\x01A");
  }
});

test("HandshakeReader reads an answer that differs from the last in nothing but the key's answer as if it were the first", () => {
  const read = (key: string, text: string) => new HandshakeReader(key).feed(Buffer.from(text, "latin1"));
  const keys = [KEY, "AAAAAAAAAAAAAAAAAAAAAA==", "BBBBBBBBBBBBBBBBBBBBBB=="];
  const extra = "Sec-WebSocket-Protocol: chat\r\nX-Trace: 7\r\nSet-Cookie: a=b\r\n";
  const answer = (key: string) => good.replace(ACCEPT, acceptFor(key)).replace("\r\n\r\n", `\r\n${extra}\r\n`);
  for (const key of keys) {
    const { handshake, error, rest } = read(key, `${answer(key)}\x81\x00`)!;
    expect(error).toBeUndefined();
    expect(rest).toEqual(Buffer.from([0x81, 0]));
    expect(handshake).toEqual({
      status: 101,
      statusText: "Switching Protocols",
      headers: [
        ["Upgrade", "foo, WebSocket"],
        ["Connection", "keep-alive, upgrade"],
        ["Sec-WebSocket-Accept", acceptFor(key)],
        ["Sec-WebSocket-Protocol", "chat"],
        ["X-Trace", "7"],
        ["Set-Cookie", "a=b"],
      ],
      body: "",
      extensions: "",
      protocol: "chat",
    });
  }
  // what differs in more is read anew
  expect(read(KEY, answer(keys[1]!))!.error).toBe("websocket: bad handshake");
  expect(read(KEY, answer(KEY).replace("foo, WebSocket", "foo"))!.error).toBe("websocket: bad handshake");
  expect(read(KEY, answer(KEY).replace("chat", "talk"))!.handshake!.protocol).toBe("talk");
  expect(read(KEY, answer(KEY).replace("X-Trace: 7", "X-Trace: 8"))!.handshake!.headers[4]).toEqual(["X-Trace", "8"]);
  // an answer that stands twice is no pattern: the other place may have the right one
  const echoed = (key: string, inHeader: string) =>
    answer(inHeader).replace("HTTP/1.1 101 Switching Protocols\r\n", `$&X-Echo: ${acceptFor(key)}\r\n`);
  expect(read(KEY, echoed(KEY, KEY))!.error).toBeUndefined();
  expect(read(keys[1]!, echoed(keys[1]!, KEY))!.error).toBe("websocket: bad handshake");
  // headers that a listener keeps are its own
  const [first, second] = [read(KEY, answer(KEY))!, read(keys[2]!, answer(keys[2]!))!];
  expect(first.handshake!.headers[2]).toEqual(["Sec-WebSocket-Accept", ACCEPT]);
  expect(second.handshake!.headers[2]).toEqual(["Sec-WebSocket-Accept", acceptFor(keys[2]!)]);
});

test("HandshakeReader refuses a first line that is wrong before the rest has come", () => {
  expect(new HandshakeReader(KEY).feed(Buffer.from("SSH-2.0-OpenSSH\r\n"))!.error).toBe(
    `malformed HTTP response "SSH-2.0-OpenSSH"`,
  );
});

test("HandshakeReader does not collect a head without end", () => {
  const reader = new HandshakeReader(KEY);
  reader.feed(Buffer.from("HTTP/1.1 101 Yes\r\n"));
  let result = reader.feed(Buffer.from("x: y\r\n"));
  for (let i = 0; i < 20 && !result; i++) result = reader.feed(Buffer.alloc(65_536, "a"));
  expect(result!.error).toContain("too long");
});

test("HandshakeReader waits for a refused body no longer than its first 1024 bytes", () => {
  const reader = new HandshakeReader(KEY);
  expect(reader.feed(Buffer.from(`HTTP/1.1 500 No\r\n\r\n${"x".repeat(1_023)}`))).toBeUndefined();
  expect(reader.feed(Buffer.from("xx"))!.handshake!.body).toBe("x".repeat(1_024));
});
