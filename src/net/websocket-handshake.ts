/**
 * The opening handshake as bytes: the request that k6's client would write, and what it makes of the answer.
 *
 * Nothing here touches a socket. `handshakeRequest` gives the bytes to send; `HandshakeReader` takes bytes as they come and
 * says when the answer is whole. The order of headers is that of Go's `net/http` (Host, User-Agent, then sorted by name),
 * because some servers and every byte counter can tell.
 *
 * RFC 6455, section 4; texts are those of gorilla/websocket and Go's `net/http`, as k6 v2.2.0 was seen to print them.
 */
import process from "node:process";
import { quote } from "./error-codes.ts";
import type { Handshake, WebSocketRequest } from "./websocket.ts";

/** k6 offers this and nothing else; RFC 7692, sections 7.1.1.1 and 7.1.1.2. */
export const DEFLATE_OFFER = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

/** How much of a refused upgrade's body k6's client keeps. */
export const REFUSED_BODY_BYTES_MAX = 1024;

/** An answer whose head is longer than this is no handshake; without a bound a hostile server could fill the memory. */
const HEAD_BYTES_MAX = 1 << 20;

/** RFC 6455, section 1.3. */
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

type Header = readonly [name: string, value: string];

/** What is dialled, from the text of a URL: neither the WHATWG parser's normal form nor its escapes reach the server. */
export interface Target {
  secure: boolean;
  /** Without brackets. */
  host: string;
  port: number;
  /** As the Host header has it. */
  hostPort: string;
  /** Path and query, as the request line has them. */
  path: string;
}

/** The last URL that was parsed: the sockets of a test mostly go to one, thousands within a second. */
let lastTarget: { url: string; target: Target } | undefined;

/** @param url Absolute ws: or wss: URL. @throws {Error} With k6's text, if the URL names a user. */
export function parseTarget(url: string): Target {
  if (lastTarget?.url !== url) lastTarget = { url, target: parse(url) };
  return lastTarget.target;
}

function parse(url: string): Target {
  const match = /^(wss?):\/\/([^/?#]*)([^?#]*)(\?[^#]*)?/i.exec(url);
  if (!match || match[2]!.includes("@")) throw new Error("malformed ws or wss URL");
  const secure = match[1]!.toLowerCase() === "wss";
  const authority = isAscii(match[2]!) ? match[2]! : new URL(url).host;
  const colon = authority.lastIndexOf(":");
  const hasPort = colon > authority.lastIndexOf("]");
  const port = hasPort ? authority.slice(colon + 1) : "";
  const host = (hasPort ? authority.slice(0, colon) : authority).replace(/^\[|\]$/g, "");
  return {
    secure,
    host,
    port: port === "" ? (secure ? 443 : 80) : Number(port),
    hostPort: hasPort && port === "" ? authority.slice(0, colon) : authority,
    path: escapePath(match[3]!) + (match[4] ?? ""),
  };
}

/** Go leaves a path alone if it could have written it itself, and escapes it if not; a query it never touches. */
function escapePath(path: string): string {
  if (path === "") return "/";
  if (/^(?:[A-Za-z0-9\-._~!$&'()*+,;=:@[\]/]|%[0-9A-Fa-f]{2})*$/.test(path)) return path;
  let out = "";
  for (let i = 0; i < path.length; i++) {
    const escaped = /^%[0-9A-Fa-f]{2}/.exec(path.slice(i, i + 3));
    const char = escaped ? escaped[0] : String.fromCodePoint(path.codePointAt(i)!);
    i += char.length - 1;
    if (escaped || /^[A-Za-z0-9\-._~$&+,/:;=@]$/.test(char)) out += char;
    else for (const byte of Buffer.from(char)) out += `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return out;
}

function isAscii(text: string): boolean {
  return /^[\x00-\x7f]*$/.test(text);
}

/** `sec-websocket-key` -> `Sec-Websocket-Key`, as Go spells names that a program sets. */
export function canonicalName(name: string): string {
  if (!isToken(name)) return name;
  return name.toLowerCase().replace(/(^|-)[a-z]/g, (c) => c.toUpperCase());
}

function isToken(text: string): boolean {
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text);
}

const RESERVED = /^(?:upgrade|connection|sec-websocket-(?:key|version|extensions))$/i;
const RESERVED_WITH_PROTOCOLS = /^(?:upgrade|connection|sec-websocket-(?:key|version|extensions|protocol))$/i;

/** What k6's client says to a request before it dials, if anything. */
export function refuseRequest(request: WebSocketRequest): string | undefined {
  try {
    const { host, port } = parseTarget(request.url);
    if (host === "" && !request.connectTo) return "lookup : no such host";
    if (!(port >= 0 && port <= 65535)) return `dial tcp: address ${port}: invalid port`;
  } catch (error) {
    return (error as Error).message;
  }
  const scheme = request.proxy === undefined ? "http" : (/^([a-z][a-z0-9+.-]*):\/\/./i.exec(request.proxy)?.[1] ?? "");
  if (scheme.toLowerCase() !== "http" || (request.proxy !== undefined && !URL.canParse(request.proxy))) {
    return `proxy: unknown scheme: ${scheme}`;
  }
  const reserved = request.protocols.length > 0 ? RESERVED_WITH_PROTOCOLS : RESERVED;
  for (const [name] of request.headers) {
    if (reserved.test(name)) return `websocket: duplicate header not allowed: ${canonicalName(name)}`;
  }
  return undefined;
}

/** As Go writes it: no line of its own, no blanks around it. */
const headerValue = (raw: string): string => raw.replace(/[\r\n]/g, " ").replace(/^[ \t]+|[ \t]+$/g, "");

/** The headers that reach the wire, in the order of the wire; Host is the first. */
export function wireHeaders(request: WebSocketRequest, target: Target, key: string): Header[] {
  let host = target.hostPort;
  let userAgent: string | undefined;
  const rest: Header[] = [
    ["Upgrade", "websocket"],
    ["Connection", "Upgrade"],
    ["Sec-WebSocket-Key", key],
    ["Sec-WebSocket-Version", "13"],
  ];
  if (request.protocols.length > 0) rest.push(["Sec-WebSocket-Protocol", headerValue(request.protocols.join(", "))]);
  for (const [name, raw] of request.headers) {
    const canonical = canonicalName(name);
    const value = headerValue(raw);
    if (canonical === "Host") host = value || host;
    else if (canonical === "User-Agent") userAgent = value;
    else if (canonical === "Sec-Websocket-Protocol") rest.push(["Sec-WebSocket-Protocol", value]);
    // Go writes these itself or not at all, and drops names that no header can have.
    else if (isToken(name) && !/^(Content-Length|Transfer-Encoding|Trailer)$/.test(canonical)) {
      rest.push([canonical, value]);
    }
  }
  if (request.compression) rest.push(["Sec-WebSocket-Extensions", DEFLATE_OFFER]);
  rest.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const head: Header[] = [["Host", host]];
  if (userAgent === undefined) head.push(["User-Agent", "Go-http-client/1.1"]);
  else if (userAgent !== "") head.push(["User-Agent", userAgent]);
  return [...head, ...rest];
}

/** The line that is another in each request; no other line can read like it. */
const KEY_LINE = "Sec-WebSocket-Key: \r\n";

/** The last request, cut where its key goes, for the same reason as the last URL. */
let lastRequest: { request: WebSocketRequest; head: string; tail: string } | undefined;

/** The request's text, to be sent in UTF-8, as Go writes its strings. */
export function handshakeRequest(request: WebSocketRequest, target: Target, key: string): string {
  if (!lastRequest || !sameOnWire(lastRequest.request, request)) {
    const lines = wireHeaders(request, target, "").map(([name, value]) => `${name}: ${value}\r\n`);
    const whole = `GET ${target.path} HTTP/1.1\r\n${lines.join("")}\r\n`;
    const at = whole.indexOf(KEY_LINE) + KEY_LINE.length - 2;
    lastRequest = { request, head: whole.slice(0, at), tail: whole.slice(at) };
  }
  return lastRequest.head + key + lastRequest.tail;
}

function sameOnWire(a: WebSocketRequest, b: WebSocketRequest): boolean {
  return (
    a.url === b.url &&
    a.compression === b.compression &&
    a.protocols.length === b.protocols.length &&
    a.protocols.every((protocol, i) => protocol === b.protocols[i]) &&
    a.headers.length === b.headers.length &&
    a.headers.every(([name, value], i) => name === b.headers[i]![0] && value === b.headers[i]![1])
  );
}

/** On Bun from the runtime itself, because `node:crypto` takes a thread 2 ms to load. */
const bun = (globalThis as { Bun?: { SHA1: { hash(text: string, encoding: "base64"): string } } }).Bun;
const sha1 = (text: string): string =>
  bun ? bun.SHA1.hash(text, "base64") : process.getBuiltinModule("node:crypto").hash("sha1", text, "base64");

/** RFC 6455, section 4.2.2, item 5.4. */
export function acceptFor(key: string): string {
  return sha1(key + GUID);
}

/** What came of the upgrade. */
export interface HandshakeResult {
  /** `undefined` when no HTTP answer could be read. */
  handshake?: Handshake;
  /** Why there is no connection, in k6's words. */
  error?: string;
  /** permessage-deflate was agreed on. */
  deflate: boolean;
  /** Bytes that came after the answer: the first frames. */
  rest: Buffer;
}

interface Head {
  status: number;
  statusText: string;
  headers: Header[];
}

const NO_BYTES = Buffer.alloc(0);

/** Collects the answer to one request. */
export class HandshakeReader {
  readonly #accept: string;
  #bytes: Buffer = NO_BYTES;
  #head: (Head & { bodyAt: number }) | undefined;

  constructor(key: string) {
    this.#accept = acceptFor(key);
  }

  /** @returns The result, or `undefined` while more is to come. */
  feed(chunk: Uint8Array): HandshakeResult | undefined {
    if (this.#bytes.length > 0) this.#bytes = Buffer.concat([this.#bytes, chunk]);
    else if (chunk instanceof Buffer) this.#bytes = chunk;
    else this.#bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    return this.#read(false);
  }

  /** No more will come: the peer has closed, or the time is up. `undefined` only if nothing was an answer yet. */
  end(): HandshakeResult | undefined {
    return this.#read(true);
  }

  #read(ended: boolean): HandshakeResult | undefined {
    if (!this.#head) {
      const end = headEnd(this.#bytes);
      if (end < 0) {
        const early = this.#bytes.includes(0x0a) ? this.#refuseEarly() : undefined;
        if (early !== undefined) return failed(early);
        if (this.#bytes.length > HEAD_BYTES_MAX)
          return failed("net/http: HTTP/1.x transport connection broken: head too long");
        return ended ? failed(this.#refuseCut() ?? "unexpected EOF") : undefined;
      }
      const text = this.#bytes.toString("latin1", 0, end);
      const known = acceptedBefore(text, this.#accept);
      if (known !== undefined) return { ...known, rest: this.#rest(end) };
      const parsed = parseHead(text);
      if (typeof parsed === "string") return failed(parsed);
      this.#head = { ...parsed, bodyAt: end };
    }
    return this.#judge(this.#head, ended);
  }

  /** A first line that is wrong is refused before the rest has come. */
  #refuseEarly(): string | undefined {
    const line = this.#bytes.subarray(0, this.#bytes.indexOf(0x0a)).toString("latin1").replace(/\r$/, "");
    const parsed = parseStatusLine(line);
    return typeof parsed === "string" ? parsed : undefined;
  }

  /** What ends early is judged as if its last line were a whole one. */
  #refuseCut(): string | undefined {
    if (this.#bytes.length === 0) return undefined;
    const parsed = parseHead(`${this.#bytes.toString("latin1")}\r\n\r\n`);
    return typeof parsed === "string" ? parsed : undefined;
  }

  #judge(head: Head & { bodyAt: number }, ended: boolean): HandshakeResult | undefined {
    const { status, statusText, headers } = head;
    const good =
      status === 101 &&
      hasToken(headers, "upgrade", "websocket") &&
      hasToken(headers, "connection", "upgrade") &&
      first(headers, "sec-websocket-accept") === this.#accept;
    const handshake: Handshake = {
      status,
      statusText,
      headers,
      body: "",
      extensions: joined(headers, "sec-websocket-extensions"),
      protocol: first(headers, "sec-websocket-protocol") ?? "",
    };
    if (good) {
      const rest = this.#rest(head.bodyAt);
      const agreed = agreedDeflate(handshake.extensions);
      if (agreed === "bad")
        return { handshake, error: "websocket: invalid compression negotiation", deflate: false, rest };
      const deflate = agreed === "yes";
      rememberAnswer(this.#bytes.toString("latin1", 0, head.bodyAt), this.#accept, { handshake, deflate });
      return { handshake, deflate, rest };
    }
    const body = readBody(this.#bytes.subarray(head.bodyAt), status, headers);
    if (!body.whole && !ended) return undefined;
    handshake.body = body.bytes.toString("utf8");
    handshake.headers = shownHeaders(headers);
    return { handshake, error: "websocket: bad handshake", deflate: false, rest: NO_BYTES };
  }

  /** What came behind the head. */
  #rest(headEnd: number): Buffer {
    return headEnd === this.#bytes.length ? NO_BYTES : this.#bytes.subarray(headEnd);
  }
}

/** The last answer that was accepted, cut where the key's answer stands: those of one server mostly differ in that alone. */
let lastAnswer: { before: string; after: string; acceptAt: number; handshake: Handshake; deflate: boolean } | undefined;

function rememberAnswer(head: string, accept: string, what: { handshake: Handshake; deflate: boolean }): void {
  const at = head.indexOf(accept);
  // where it stands twice, one could be right and the header's wrong
  if (head.indexOf(accept, at + 1) >= 0) return;
  const acceptAt = what.handshake.headers.findIndex((header) => isNamed(header, "sec-websocket-accept"));
  lastAnswer = { before: head.slice(0, at), after: head.slice(at + accept.length), acceptAt, ...what };
}

/** What comes of an answer that is the last one but for the key's answer; undefined for any other. */
function acceptedBefore(head: string, accept: string): { handshake: Handshake; deflate: boolean } | undefined {
  if (lastAnswer === undefined) return undefined;
  const { before, after, acceptAt, handshake, deflate } = lastAnswer;
  if (head.length !== before.length + accept.length + after.length) return undefined;
  if (!head.startsWith(before) || !head.endsWith(after) || !head.startsWith(accept, before.length)) return undefined;
  const headers = [...handshake.headers];
  headers[acceptAt] = [headers[acceptAt]![0], accept];
  return { handshake: { ...handshake, headers }, deflate };
}

function failed(error: string): HandshakeResult {
  return { error, deflate: false, rest: NO_BYTES };
}

/** Where the body begins; lines may end in LF alone. */
function headEnd(bytes: Buffer): number {
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) {
    if (bytes[at + 1] === 0x0a) return at + 2;
    if (bytes[at + 1] === 0x0d && bytes[at + 2] === 0x0a) return at + 3;
  }
  return -1;
}

/** Go's `http.ReadResponse`, its texts in its order. */
function parseStatusLine(line: string): { status: number; statusText: string } | string {
  const space = line.indexOf(" ");
  if (space < 0) return `malformed HTTP response ${quote(line)}`;
  const version = line.slice(0, space);
  const rest = line.slice(space + 1).replace(/^ +/, "");
  const code = rest.split(" ", 1)[0]!;
  if (!/^\d{3}$/.test(code)) return `malformed HTTP status code ${quote(code)}`;
  if (!/^HTTP\/\d\.\d$/.test(version)) return `malformed HTTP version ${quote(version)}`;
  return { status: Number(code), statusText: rest.slice(code.length).trim() };
}

/** Go takes names with spaces, and leaves them as they are. */
const FIELD_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z ]+$/;
/** Printable ASCII, space, tab, and everything above ASCII. */
const BAD_FIELD_VALUE = /[\x00-\x08\x0a-\x1f\x7f]/;

function parseHead(text: string): Head | string {
  let at = text.indexOf("\n") + 1;
  const line = parseStatusLine(cutCarriageReturn(text, 0, at - 1));
  if (typeof line === "string") return line;
  const headers: Header[] = [];
  for (let end = text.indexOf("\n", at); end >= 0; at = end + 1, end = text.indexOf("\n", at)) {
    const raw = cutCarriageReturn(text, at, end);
    if (raw === "") continue;
    const last = headers.at(-1);
    if (last && (raw.startsWith(" ") || raw.startsWith("\t"))) {
      headers[headers.length - 1] = [last[0], `${last[1]} ${raw.trim()}`]; // RFC 9112, section 5.2: obsolete folding.
      continue;
    }
    const colon = raw.indexOf(":");
    if (colon < 0) return `malformed MIME header: missing colon: ${quote(raw)}`;
    const name = raw.slice(0, colon);
    const value = raw.slice(colon + 1).trim();
    if (!FIELD_NAME.test(name) || BAD_FIELD_VALUE.test(value)) return `malformed MIME header line: ${quote(raw)}`;
    headers.push([name, decodeUtf8(value)]);
  }
  return { ...line, headers };
}

/** A line of `text` without its end; lines may end in LF alone. */
function cutCarriageReturn(text: string, from: number, to: number): string {
  return text.slice(from, text.charCodeAt(to - 1) === 0x0d ? to - 1 : to);
}

/** A head is read as Latin-1 so that no byte is lost; values are UTF-8, as k6 hands them to scripts. */
export function decodeUtf8(latin1: string): string {
  return isAscii(latin1) ? latin1 : Buffer.from(latin1, "latin1").toString("utf8");
}

function isNamed(header: Header, name: string): boolean {
  return header[0].length === name.length && header[0].toLowerCase() === name;
}

function first(headers: readonly Header[], name: string): string | undefined {
  for (const header of headers) if (isNamed(header, name)) return header[1];
  return undefined;
}

function joined(headers: readonly Header[], name: string): string {
  let text = "";
  for (const header of headers) if (isNamed(header, name)) text += text === "" ? header[1] : `, ${header[1]}`;
  return text;
}

function hasToken(headers: readonly Header[], name: string, token: string): boolean {
  const value = joined(headers, name).toLowerCase();
  return value === token || value.split(",").some((part) => part.trim() === token);
}

/** k6's client takes permessage-deflate whenever the server says so, but only without context takeover on both sides. */
function agreedDeflate(extensions: string): "yes" | "no" | "bad" {
  if (extensions === "") return "no";
  for (const extension of extensions.split(",")) {
    const [name, ...parameters] = extension.split(";").map((part) => part.trim().split("=")[0]!);
    if (name !== "permessage-deflate") continue;
    const bare = parameters.includes("server_no_context_takeover") && parameters.includes("client_no_context_takeover");
    return bare ? "yes" : "bad";
  }
  return "no";
}

/** Without what Go takes out: how the body was framed, and that the connection ends. */
function shownHeaders(headers: readonly Header[]): readonly Header[] {
  const hidden = new Set<string>();
  if (first(headers, "transfer-encoding") !== undefined) hidden.add("transfer-encoding").add("content-length");
  if (hasToken(headers, "connection", "close")) hidden.add("connection");
  return hidden.size === 0 ? headers : headers.filter(([name]) => !hidden.has(name.toLowerCase()));
}

/** The first bytes of a refused upgrade's body, and whether they are all that k6 would wait for. */
function readBody(bytes: Buffer, status: number, headers: readonly Header[]): { bytes: Buffer; whole: boolean } {
  if (status < 200 || status === 204 || status === 304) return { bytes: Buffer.alloc(0), whole: true };
  if (hasToken(headers, "transfer-encoding", "chunked")) return readChunks(bytes);
  const length = Number(first(headers, "content-length") ?? Number.POSITIVE_INFINITY);
  const wanted = Math.min(length, REFUSED_BODY_BYTES_MAX);
  return { bytes: bytes.subarray(0, wanted), whole: bytes.length >= wanted };
}

/** RFC 9112, section 7.1. */
function readChunks(bytes: Buffer): { bytes: Buffer; whole: boolean } {
  const parts: Buffer[] = [];
  let size = 0;
  let at = 0;
  for (;;) {
    const eol = bytes.indexOf("\r\n", at);
    const length = eol < 0 ? Number.NaN : Number.parseInt(bytes.subarray(at, eol).toString("latin1"), 16);
    const whole = eol >= 0 && !(length > 0);
    if (eol < 0 || whole) return { bytes: Buffer.concat(parts).subarray(0, REFUSED_BODY_BYTES_MAX), whole };
    const part = bytes.subarray(eol + 2, eol + 2 + length);
    parts.push(part);
    size += part.length;
    if (size >= REFUSED_BODY_BYTES_MAX)
      return { bytes: Buffer.concat(parts).subarray(0, REFUSED_BODY_BYTES_MAX), whole: true };
    if (part.length < length) return { bytes: Buffer.concat(parts), whole: false };
    at = eol + 2 + length + 2;
  }
}
