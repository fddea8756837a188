/**
 * Broken answers by the thousand: no crash, no hang, no wrong success, and never an effect on the request after.
 *
 * Answers are cut, flipped, doubled and lied about from a seed, so that a failure can be had again (`FUZZ_SEED`, `FUZZ_COUNT`).
 * Four judges: the same bytes in other pieces must give the same; an oracle that reads the framing in the plainest way must
 * agree with every body that is accepted; node:http must agree wherever both accept; and through real sockets every request
 * must end, with the next one on the session unharmed.
 */
import { expect, test } from "bun:test";
import { Agent, get } from "node:http";
import { gzipSync } from "node:zlib";
import { ResponseParser } from "../../src/net/http1-parser.ts";
import { openSession, send, startPeer } from "../support/http-peer.ts";

const COUNT = Number(process.env["FUZZ_COUNT"] ?? 10_000);
/** Each of these takes a socket or two, so fewer of them. */
const SOCKET_COUNT = Math.min(COUNT, 2_000);
const SEED = Number(process.env["FUZZ_SEED"] ?? 20_261_121);

/** Mulberry32: small, and the same everywhere. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const bytes = (...parts: (string | Buffer)[]) =>
  Buffer.concat(parts.map((each) => (typeof each === "string" ? Buffer.from(each, "latin1") : each)));
const packed = gzipSync("some text that was packed ".repeat(20));

const CORPUS: readonly Buffer[] = [
  bytes("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 11\r\n\r\nhello world"),
  bytes(
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;name=value\r\n world\r\n0\r\nX-Trailer: 1\r\n\r\n",
  ),
  bytes("HTTP/1.1 200 OK\r\nServer: x\r\n\r\nuntil the end"),
  bytes("HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nold"),
  bytes("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
  bytes("HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n"),
  bytes("HTTP/1.1 304 Not Modified\r\nContent-Length: 100\r\n\r\n"),
  bytes(`HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${packed.length}\r\n\r\n`, packed),
  bytes(
    `HTTP/1.1 200 OK\r\n${Array.from({ length: 100 }, (_, i) => `X-Header-${i}: ${"v".repeat(i)}\r\n`).join("")}Content-Length: 4\r\n\r\nmany`,
  ),
  bytes(
    "HTTP/1.1 404 Not Found\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nConnection: close\r\nContent-Length: 4\r\n\r\nnone",
  ),
  bytes(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${"1\r\nx\r\n".repeat(50)}0\r\n\r\n`),
];

const INSERTS = [
  "\r\n",
  "\n",
  "\r",
  "\0",
  ":",
  " ",
  "\t",
  "0",
  "f",
  "-1",
  "Content-Length: 5\r\n",
  "Transfer-Encoding: chunked\r\n",
  "\r\n\r\n",
  "HTTP/1.1 200 OK\r\n",
  "ffffffffffffffff\r\n",
  "\xff",
];

function mutate(random: () => number): Buffer {
  const pick = (below: number) => Math.floor(random() * below);
  let data = Buffer.from(CORPUS[pick(CORPUS.length)]!);
  for (let n = pick(3); n >= 0; n--) {
    const at = pick(data.length + 1);
    switch (pick(9)) {
      case 0:
        data = data.subarray(0, at);
        break;
      case 1:
        if (at < data.length) data[at] = pick(256);
        break;
      case 2:
        data = bytes(data.subarray(0, at), INSERTS[pick(INSERTS.length)]!, data.subarray(at));
        break;
      case 3:
        data = bytes(data.subarray(0, at), data.subarray(Math.min(data.length, at + 1 + pick(8))));
        break;
      case 4:
        data = bytes(data.subarray(0, at), data.subarray(Math.max(0, at - 1 - pick(30))));
        break;
      case 5:
        data = Buffer.from(
          data
            .toString("latin1")
            .replace(
              /Content-Length: \d+/,
              () => `Content-Length: ${[0, 1, 5, 99, 1e6, "1e3", "+5", "0x5", "9".repeat(20)][pick(9)]}`,
            ),
          "latin1",
        );
        break;
      case 6:
        data = Buffer.from(
          data
            .toString("latin1")
            .replace(
              /\r\n([0-9a-f]+)(;[^\r]*)?\r\n/,
              () => `\r\n${["g", "-5", "5 ", "ffffff", "", "00000005", "5\t"][pick(7)]}\r\n`,
            ),
          "latin1",
        );
        break;
      case 7:
        data = bytes(data.subarray(0, at), "X-Huge: ", "h".repeat(pick(70_000)), "\r\n", data.subarray(at));
        break;
      case 8:
        data = bytes(data, CORPUS[pick(CORPUS.length)]!.subarray(0, pick(40)));
        break;
    }
  }
  return data;
}

interface Outcome {
  ok: boolean;
  error: string;
  status: number;
  headers: readonly string[];
  body: string;
  surplus: number;
}

function parse(pieces: readonly Buffer[], isHead = false): Outcome {
  const parser = new ResponseParser();
  parser.start({ isHead, keepBody: true, memory: undefined });
  let done = false;
  let surplus = 0;
  for (const piece of pieces) {
    if (done) surplus += piece.length;
    else if (piece.length > 0) done = parser.push(piece);
  }
  const ok = parser.end() && parser.failure === undefined;
  return {
    ok,
    error: parser.failure?.text ?? "",
    status: parser.head?.status ?? 0,
    headers: parser.head?.headers ?? [],
    body: parser.body.toString("latin1"),
    surplus: parser.failure ? 0 : surplus + parser.surplusBytes,
  };
}

/** Cuts at places that fall close together as often as far apart. */
function inPieces(data: Buffer, random: () => number): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < data.length; ) {
    const size = random() < 0.5 ? 1 + Math.floor(random() * 4) : 1 + Math.floor(random() * data.length);
    pieces.push(data.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

/** The body by the plainest reading of RFC 9112, given which head was understood; `undefined` if there is no such body. */
function oracleBody(data: Buffer, outcome: Outcome): string | undefined {
  let text = data.toString("latin1");
  for (;;) {
    const end = /\r?\n\r?\n/.exec(text);
    if (!end) return undefined;
    const head = text.slice(0, end.index).replace(/\r?\n[ \t]+/g, " ");
    text = text.slice(end.index + end[0].length);
    const status = Number(head.split(/ +/)[1]);
    if (status >= 100 && status < 200 && status !== 101) continue;
    if (status === 101 || status === 204 || status === 304 || outcome.status < 200) return "";
    const field = (name: string) =>
      new RegExp(`^${name}:[ \\t]*(.*?)[ \\t]*$`, "im").exec(head.replaceAll("\r", ""))?.[1];
    if (!/^HTTP\/1\.0|^HTTP\/0/.test(head) && field("transfer-encoding")?.toLowerCase() === "chunked")
      return oracleChunks(text);
    const length = field("content-length");
    if (length === undefined) return text;
    return text.length >= Number(length) ? text.slice(0, Number(length)) : undefined;
  }
}

function oracleChunks(text: string): string | undefined {
  let body = "";
  for (;;) {
    const line = /^([0-9a-fA-F]+)[ \t]*(;[^\r\n]*)?\r\n/.exec(text);
    if (!line) return undefined;
    const size = Number.parseInt(line[1]!, 16);
    text = text.slice(line[0].length);
    if (size === 0) return /^([^\n]*\n)*?\r?\n/.test(text) ? body : undefined;
    if (text.slice(size, size + 2) !== "\r\n") return undefined;
    body += text.slice(0, size);
    text = text.slice(size + 2);
  }
}

test("every good answer reads the same when it is cut at any byte, or at all of them", () => {
  for (const data of CORPUS) {
    const whole = parse([data]);
    expect(whole.ok).toBe(true);
    expect(parse(Array.from(data, (byte) => Buffer.from([byte])))).toEqual(whole);
    for (let at = 1; at < data.length; at++) expect(parse([data.subarray(0, at), data.subarray(at)])).toEqual(whole);
  }
});

test(`${COUNT} broken answers: the same in any pieces, and no body that the bytes do not hold`, () => {
  const random = randomFrom(SEED);
  let accepted = 0;
  for (let i = 0; i < COUNT; i++) {
    const data = mutate(random);
    const whole = parse([data]);
    const again = parse(inPieces(data, random));
    const shown = `seed ${SEED}, case ${i}: ${JSON.stringify(data.toString("latin1").slice(0, 300))}`;
    if (JSON.stringify(again) !== JSON.stringify(whole))
      throw new Error(
        `pieces matter: ${shown}\n${JSON.stringify(whole).slice(0, 500)}\n${JSON.stringify(again).slice(0, 500)}`,
      );
    if (!whole.ok) {
      if (whole.error === "") throw new Error(`refused without a reason: ${shown}`);
      continue;
    }
    accepted++;
    const expected = oracleBody(data, whole);
    if (expected !== whole.body)
      throw new Error(`wrong success: ${shown}\nwant ${JSON.stringify(expected)}\ngot ${JSON.stringify(whole.body)}`);
  }
  // Both kinds must be among them, or this says nothing.
  expect(accepted).toBeGreaterThan(COUNT / 20);
  expect(accepted).toBeLessThan(COUNT * 0.9);
}, 60_000);

test(`${SOCKET_COUNT} broken answers through sockets: each request ends, agrees with node:http, and harms no other`, async () => {
  const random = randomFrom(SEED + 1);
  const GOOD = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood";
  let answer: Buffer = Buffer.alloc(0);
  let ends = false;
  const peer = await startPeer((socket) => {
    socket.on("data", (chunk) => {
      if (chunk.toString("latin1").startsWith("GET /good")) return void socket.write(GOOD);
      const pieces = random() < 0.3 ? inPieces(answer, random).slice(0, 6) : [answer];
      const rest = answer.subarray(pieces.reduce((sum, piece) => sum + piece.length, 0));
      for (const piece of [...pieces, rest]) if (piece.length > 0) socket.write(piece);
      if (ends) socket.end();
    });
  });
  const base = `http://127.0.0.1:${peer.port}`;
  const session = openSession();
  let bothAccept = 0;
  for (let i = 0; i < SOCKET_COUNT; i++) {
    answer = mutate(random);
    ends = random() < 0.7;
    const shown = `seed ${SEED + 1}, case ${i}: ${JSON.stringify(answer.toString("latin1").slice(0, 300))}`;
    const before = performance.now();
    const result = await send(session, { url: `${base}/bad`, timeoutMs: ends ? 2_000 : 25, redirectsMax: 0 });
    if (performance.now() - before > 1_500) throw new Error(`hung: ${shown}`);
    const exchange = result.exchanges.at(-1)!;
    if ((exchange.status === 0) !== (exchange.error !== "")) throw new Error(`neither good nor bad: ${shown}`);
    const good = await send(session, { url: `${base}/good` });
    if (good.exchanges[0]!.body?.toString() !== "good")
      throw new Error(`the next request was harmed (${good.errorText}): ${shown}`);
    if (ends && i % 4 === 0) {
      const reference = await nodeGet(`${base}/bad`);
      if (reference && exchange.status !== 0 && exchange.head!.contentEncoding === "") {
        bothAccept++;
        const ours = { status: exchange.status, body: exchange.body?.toString("latin1") ?? "" };
        if (JSON.stringify(ours) !== JSON.stringify(reference)) {
          throw new Error(`node:http disagrees: ${shown}\n${JSON.stringify(reference)}\n${JSON.stringify(ours)}`);
        }
      }
    }
  }
  expect(bothAccept).toBeGreaterThan(SOCKET_COUNT / 50);
  session.close();
  await peer.close();
}, 120_000);

function nodeGet(url: string): Promise<{ status: number; body: string } | undefined> {
  return new Promise((resolve) => {
    const request = get(url, { agent: new Agent({ keepAlive: false }) }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", () => resolve(undefined));
      response.on("end", () => {
        resolve(
          response.complete
            ? { status: response.statusCode!, body: Buffer.concat(chunks).toString("latin1") }
            : undefined,
        );
      });
    });
    request.setTimeout(1_000, () => request.destroy());
    request.on("error", () => resolve(undefined));
  });
}

test("endless answers end: heads without end are refused, bodies without end time out", async () => {
  const peer = await startPeer((socket) => {
    socket.once("data", (chunk) => {
      const isHead = chunk.toString().startsWith("GET /head");
      socket.write(
        isHead
          ? "HTTP/1.1 200 OK\r\n"
          : chunk.toString().startsWith("GET /chunks")
            ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            : "HTTP/1.1 200 OK\r\n\r\n",
      );
      const more = isHead
        ? `X-Endless: ${"y".repeat(60_000)}\r\n`
        : chunk.toString().startsWith("GET /chunks")
          ? "1;".padEnd(3_000, "x").concat("\r\nx\r\n").repeat(20)
          : "z".repeat(60_000);
      const pump = () => {
        while (!socket.destroyed && socket.write(more)) if (socket.writableLength > 1e6) break;
        if (!socket.destroyed) setTimeout(pump, 1);
      };
      pump();
    });
  });
  const session = openSession();
  const errorOf = async (path: string, timeoutMs = 15_000) =>
    (await send(session, { url: `http://127.0.0.1:${peer.port}${path}`, timeoutMs, discardBody: true })).exchanges[0]!
      .error;
  expect(await errorOf("/head")).toBe("net/http: server response headers exceeded 10485760 bytes; aborted");
  expect(await errorOf("/chunks")).toBe("chunked encoding contains too much non-data");
  expect(await errorOf("/body", 1_500)).toBe("request timeout");
  session.close();
  await peer.close();
}, 40_000);
