/**
 * An incremental parser of HTTP/1.x answers: bytes in, in any pieces; one answer out.
 *
 * Hot path: this file is the `http-get` bench row. An answer that arrives in one piece, with a head byte-equal to the last
 * one of its URL, costs one comparison loop and no allocation; heads are shared and never change. What is accepted, what is
 * refused and in which words is Go's net/http, because scripts see the words.
 *
 * RFC 9112. The parser owns no socket and no clock.
 */
import { bodyFailure, type Failure, genericFailure, quote } from "./error-codes.ts";
import { allHeaders, canonicalHeaderName, firstHeader, type HeaderList, hasToken, withoutHeaders } from "./headers.ts";

/** Status line and fields of an answer, shared between all answers with the same bytes. */
export class ResponseHead {
  readonly status: number;
  /** `200 OK`, as k6 shows it. */
  readonly statusText: string;
  /** `HTTP/1.1`. */
  readonly proto: string;
  readonly headers: HeaderList;
  /** Value of Location, or empty. */
  readonly location: string;
  /** Value of Content-Encoding, or empty. */
  readonly contentEncoding: string;
  readonly hasCookies: boolean;
  /** -1 if the head does not say. */
  readonly contentLength: number;
  readonly isChunked: boolean;
  /** The server will close after this answer. */
  readonly isLast: boolean;
  /** Where a caller may keep what it derives from these headers, for the next answer with the same bytes. */
  derived: unknown = undefined;

  constructor(parts: {
    status: number;
    statusText: string;
    proto: string;
    headers: HeaderList;
    contentLength: number;
    isChunked: boolean;
    isLast: boolean;
  }) {
    this.status = parts.status;
    this.statusText = parts.statusText;
    this.proto = parts.proto;
    this.headers = parts.headers;
    this.location = firstHeader(parts.headers, "location") ?? "";
    this.contentEncoding = firstHeader(parts.headers, "content-encoding") ?? "";
    this.hasCookies = firstHeader(parts.headers, "set-cookie") !== undefined;
    this.contentLength = parts.contentLength;
    this.isChunked = parts.isChunked;
    this.isLast = parts.isLast;
  }
}

/** The last head that was seen in some context (a URL), with its bytes, for quick recognition. */
export class HeadMemory {
  bytes: Uint8Array | undefined = undefined;
  head: ResponseHead | undefined = undefined;
}

/** As Go's transport has it. */
const HEAD_BYTES_MAX = 10 << 20;
/** Heads longer than this are not kept for recognition: they are rare, and comparing them costs what parsing does. */
const MEMORY_BYTES_MAX = 2_048;
const CHUNK_LINE_BYTES_MAX = 4_096;
/** Overhead of chunked coding that Go tolerates beyond 16 bytes and twice the data. */
const CHUNK_EXCESS_MAX = 16 * 1_024;

const State = {
  Head: 0,
  /** Content-Length bytes to come. */
  Fixed: 1,
  /** Until the connection closes. */
  UntilClose: 2,
  ChunkSize: 3,
  ChunkData: 4,
  ChunkDataEnd: 5,
  Trailer: 6,
  Done: 7,
  Failed: 8,
} as const;
type State = (typeof State)[keyof typeof State];

const CR = 13;
const LF = 10;

export class ResponseParser {
  head: ResponseHead | undefined = undefined;
  failure: Failure | undefined = undefined;
  /** Bytes of the body seen so far, as they were transferred. */
  bodyBytes = 0;
  /** Bytes after the answer: the server said more than it was asked. */
  surplusBytes = 0;

  #state: State = State.Head;
  #isHead = false;
  #keepBody = true;
  #memory: HeadMemory | undefined = undefined;
  #text = "";
  #scannedTo = 0;
  #statusChecked = false;
  /** Bytes of the informational answers so far: all heads together have one limit. */
  #informationalBytes = 0;
  #remaining = 0;
  #chunkExcess = 0;
  /** The body while it is one piece: a range of a chunk that arrived. */
  #piece: Buffer | undefined = undefined;
  #pieces: Buffer[] | undefined = undefined;

  /** Prepares for the answer to a request. */
  start(expect: { isHead: boolean; keepBody: boolean; memory: HeadMemory | undefined }): void {
    this.head = undefined;
    this.failure = undefined;
    this.bodyBytes = 0;
    this.surplusBytes = 0;
    this.#state = State.Head;
    this.#isHead = expect.isHead;
    this.#keepBody = expect.keepBody;
    this.#memory = expect.memory;
    this.#text = "";
    this.#scannedTo = 0;
    this.#statusChecked = false;
    this.#informationalBytes = 0;
    this.#piece = undefined;
    this.#pieces = undefined;
  }

  /** The answer is whole. */
  get isDone(): boolean {
    return this.#state === State.Done;
  }

  /** Nothing of the answer has arrived, not even a byte of an informational one. */
  get isUntouched(): boolean {
    return this.head === undefined && this.#text === "" && this.#informationalBytes === 0;
  }

  /** The body as it was transferred; empty if it was not to be kept. */
  get body(): Buffer {
    if (this.#pieces !== undefined) {
      this.#piece = Buffer.concat(this.#pieces);
      this.#pieces = undefined;
    }
    return this.#piece ?? EMPTY;
  }

  /** Forgets the body, so that an idle connection holds none of it. */
  release(): void {
    this.#piece = undefined;
    this.#pieces = undefined;
    this.#text = "";
  }

  /**
   * Takes the next bytes; they must not be changed afterwards, the body refers to them.
   *
   * @returns True when the answer is whole or has failed; `surplusBytes` then counts what was left over.
   */
  push(chunk: Buffer): boolean {
    let at = 0;
    while (at < chunk.length && this.#state < State.Done) {
      switch (this.#state) {
        case State.Head:
          at = this.#pushHead(chunk, at);
          break;
        case State.Fixed: {
          const end = Math.min(chunk.length, at + this.#remaining);
          this.#remaining -= end - at;
          this.#take(chunk, at, end);
          at = end;
          if (this.#remaining === 0) this.#state = State.Done;
          break;
        }
        case State.UntilClose:
          this.#take(chunk, at, chunk.length);
          at = chunk.length;
          break;
        case State.ChunkData: {
          const end = Math.min(chunk.length, at + this.#remaining);
          this.#remaining -= end - at;
          this.#take(chunk, at, end);
          at = end;
          if (this.#remaining === 0) this.#state = State.ChunkDataEnd;
          break;
        }
        case State.ChunkDataEnd:
          at = this.#pushChunkDataEnd(chunk, at);
          break;
        case State.ChunkSize:
        case State.Trailer:
          at = this.#pushLine(chunk, at);
          break;
      }
    }
    if (this.#state < State.Done) return false;
    this.surplusBytes += chunk.length - at;
    return true;
  }

  /**
   * Says that no more bytes will come.
   *
   * @returns True if the answer was whole by that.
   */
  end(): boolean {
    switch (this.#state) {
      case State.Done:
        return true;
      case State.UntilClose:
        this.#state = State.Done;
        return true;
      case State.Head:
        if (this.isUntouched) this.#fail(genericFailure("EOF"));
        else this.#fail(this.cutHeadFailure ?? brokenConnection("unexpected EOF"));
        return false;
      case State.Trailer:
        this.#fail(bodyFailure("http: unexpected EOF reading trailer"));
        return false;
      default:
        if (this.failure === undefined) this.#fail(bodyFailure("unexpected EOF"));
        return false;
    }
  }

  #fail(failure: Failure): void {
    this.failure = failure;
    this.#state = State.Failed;
  }

  #pushHead(chunk: Buffer, at: number): number {
    if (this.#text === "" && this.#memory?.bytes !== undefined) {
      const known = this.#memory.bytes;
      const end = at + known.length;
      if (end <= chunk.length && startsWith(chunk, known, at)) {
        this.#accept(this.#memory.head!);
        return end;
      }
    }
    // A long body must not be turned into text: look for the head's end in bytes first if the chunk is long.
    const limit = Math.min(chunk.length, at + 16_384);
    const fresh = chunk.toString("latin1", at, limit);
    const before = this.#text.length;
    this.#text = before === 0 ? fresh : this.#text + fresh;
    const end = headEnd(this.#text, this.#scannedTo);
    if (end < 0) {
      this.#scannedTo = Math.max(0, this.#text.length - 3);
      if (this.#informationalBytes + this.#text.length > HEAD_BYTES_MAX) {
        this.#fail(headTooLong());
      } else if (!this.#statusChecked) {
        this.#checkStatusLine();
      }
      return limit;
    }
    const text = this.#text.slice(0, end);
    const consumed = end - before;
    this.#text = "";
    this.#scannedTo = 0;
    this.#statusChecked = false;
    const head = parseHead(text);
    if (!(head instanceof ResponseHead)) {
      this.#fail(head);
      return at + consumed;
    }
    if (head.status >= 100 && head.status < 200 && head.status !== 101) {
      this.#informationalBytes += end;
      if (this.#informationalBytes > HEAD_BYTES_MAX) this.#fail(headTooLong());
      return at + consumed;
    }
    if (this.#memory !== undefined && before === 0 && this.#informationalBytes === 0 && end <= MEMORY_BYTES_MAX) {
      this.#memory.bytes = Uint8Array.prototype.slice.call(chunk, at, at + end);
      this.#memory.head = head;
    }
    this.#accept(head);
    return at + consumed;
  }

  /** Refuses at the first line, as Go does, even if the rest of the head never comes. */
  #checkStatusLine(): void {
    const lineEnd = this.#text.indexOf("\n");
    if (lineEnd < 0) return;
    this.#statusChecked = true;
    const status = parseStatusLine(trimLineEnd(this.#text.slice(0, lineEnd + 1)));
    if ("errorCode" in status) this.#fail(status);
  }

  /** What is wrong with a head that ends early; its last line counts as a whole one, as Go reads it. */
  get cutHeadFailure(): Failure | undefined {
    if (this.head !== undefined || this.#text === "") return undefined;
    const head = parseHead(`${this.#text.replace(/\r?\n$/, "")}\r\n\r\n`);
    return head instanceof ResponseHead ? undefined : head;
  }

  #accept(head: ResponseHead): void {
    this.head = head;
    if (this.#isHead || !allowsBody(head.status)) {
      this.#state = State.Done;
    } else if (head.isChunked) {
      this.#chunkExcess = 0;
      this.#state = State.ChunkSize;
    } else if (head.contentLength < 0) {
      this.#state = State.UntilClose;
    } else if (head.contentLength === 0) {
      this.#state = State.Done;
    } else {
      this.#remaining = head.contentLength;
      this.#state = State.Fixed;
    }
  }

  #take(chunk: Buffer, from: number, to: number): void {
    this.bodyBytes += to - from;
    if (!this.#keepBody || from === to) return;
    const piece = chunk.subarray(from, to);
    if (this.#pieces !== undefined) this.#pieces.push(piece);
    else if (this.#piece !== undefined) this.#pieces = [this.#piece, piece];
    else this.#piece = piece;
  }

  #pushChunkDataEnd(chunk: Buffer, at: number): number {
    // Two bytes that may come apart: `#remaining` is free here and counts those seen.
    const expected = this.#remaining === 0 ? CR : LF;
    if (chunk[at] !== expected) {
      this.#fail(bodyFailure("malformed chunked encoding"));
      return at;
    }
    this.#remaining++;
    if (this.#remaining === 2) {
      this.#remaining = 0;
      this.#state = State.ChunkSize;
    }
    return at + 1;
  }

  #pushLine(chunk: Buffer, at: number): number {
    const lineEnd = chunk.indexOf(LF, at);
    const to = lineEnd < 0 ? chunk.length : lineEnd + 1;
    const limit = this.#state === State.ChunkSize ? CHUNK_LINE_BYTES_MAX : HEAD_BYTES_MAX;
    if (this.#text.length + to - at > limit) {
      const long =
        this.#state === State.ChunkSize ? "header line too long" : "http: suspiciously long trailer after chunked body";
      this.#fail(bodyFailure(long));
      return to;
    }
    this.#text += chunk.toString("latin1", at, to);
    if (lineEnd < 0) return to;
    const line = this.#text;
    this.#text = "";
    if (this.#state === State.ChunkSize) this.#chunkLine(line);
    else this.#trailerLine(line);
    return to;
  }

  #chunkLine(line: string): void {
    if (line[line.length - 2] !== "\r") {
      const stray = line.includes("\r");
      this.#fail(bodyFailure(stray ? "invalid CR in chunked line" : "chunked line ends with bare LF"));
      return;
    }
    const semicolon = line.indexOf(";");
    const digits = (semicolon < 0 ? line.slice(0, -2) : line.slice(0, semicolon)).replace(/[ \t\r\n]+$/, "");
    if (line.indexOf("\r") !== line.length - 2) this.#fail(bodyFailure("invalid CR in chunked line"));
    else if (digits === "") this.#fail(bodyFailure("empty hex number for chunk length"));
    else if (!/^[0-9A-Fa-f]+$/.test(digits)) this.#fail(bodyFailure("invalid byte in chunk length"));
    else if (digits.length > 16) this.#fail(bodyFailure("http chunk length too large"));
    if (this.#state === State.Failed) return;

    const size = Number.parseInt(digits, 16);
    this.#chunkExcess = Math.max(0, this.#chunkExcess + line.length - 16 - 2 * size);
    if (this.#chunkExcess > CHUNK_EXCESS_MAX) {
      this.#fail(bodyFailure("chunked encoding contains too much non-data"));
      return;
    }
    this.#remaining = size;
    this.#state = size === 0 ? State.Trailer : State.ChunkData;
  }

  #trailerLine(line: string): void {
    const text = trimLineEnd(line);
    if (text === "") {
      this.#state = State.Done;
      return;
    }
    const colon = text.indexOf(":");
    if (colon < 0 && !/^[ \t]/.test(text)) {
      this.#fail(bodyFailure(`malformed MIME header: missing colon: ${quote(text)}`));
    }
  }
}

const EMPTY = Buffer.alloc(0);

function startsWith(chunk: Uint8Array, known: Uint8Array, at: number): boolean {
  for (let i = 0; i < known.length; i++) if (chunk[at + i] !== known[i]) return false;
  return true;
}

/** Index after the empty line that ends a head, or -1. Lines may end in LF alone. */
function headEnd(text: string, from: number): number {
  const crlf = text.indexOf("\n\r\n", from);
  const lf = text.indexOf("\n\n", from);
  if (crlf < 0) return lf < 0 ? -1 : lf + 2;
  return lf < 0 || crlf < lf ? crlf + 3 : lf + 2;
}

export function allowsBody(status: number): boolean {
  return (status < 100 || status >= 200) && status !== 204 && status !== 304;
}

function trimLineEnd(line: string): string {
  if (line.endsWith("\r\n")) return line.slice(0, -2);
  return line.endsWith("\n") ? line.slice(0, -1) : line;
}

/** The server broke the protocol before its answer was understood: Go says so, k6's short form leaves it out. */
function brokenConnection(reason: string): Failure {
  const { errorCode, error } = genericFailure(reason);
  return { errorCode, error, text: `net/http: HTTP/1.x transport connection broken: ${reason}` };
}

interface StatusLine {
  proto: string;
  minor: number;
  major: number;
  status: number;
  statusText: string;
}

function parseStatusLine(line: string): StatusLine | Failure {
  const space = line.indexOf(" ");
  if (space < 0) return brokenConnection(`malformed HTTP response ${quote(line)}`);
  const proto = line.slice(0, space);
  const statusText = line.slice(space + 1).replace(/^ +/, "");
  const code = statusText.split(" ", 1)[0]!;
  if (!/^[+0-9][0-9]{2}$/.test(code)) return brokenConnection(`malformed HTTP status code ${quote(code)}`);
  const version = /^HTTP\/([0-9])\.([0-9])$/.exec(proto);
  if (!version) return brokenConnection(`malformed HTTP version ${quote(proto)}`);
  return { proto, major: Number(version[1]), minor: Number(version[2]), status: Number(code), statusText };
}

const headTooLong = (): Failure =>
  genericFailure(`net/http: server response headers exceeded ${HEAD_BYTES_MAX} bytes; aborted`);

/** Printable ASCII, space, tab, and everything above ASCII. */
const BAD_FIELD_VALUE = /[\x00-\x08\x0a-\x1f\x7f]/;
/** Go takes names with spaces, and leaves them as they are. */
const FIELD_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z ]+$/;

/** Parses a head with its empty line. */
function parseHead(text: string): ResponseHead | Failure {
  const firstEnd = text.indexOf("\n");
  const status = parseStatusLine(trimLineEnd(text.slice(0, firstEnd + 1)));
  if ("errorCode" in status) return status;
  const headers: string[] = [];
  let at = firstEnd + 1;
  let isFirst = true;
  while (at < text.length) {
    let lineEnd = text.indexOf("\n", at);
    let line = trimLineEnd(text.slice(at, lineEnd + 1));
    at = lineEnd + 1;
    if (line === "") break;
    if (isFirst && (line[0] === " " || line[0] === "\t")) {
      return brokenConnection(`malformed MIME header initial line: ${quote(line)}`);
    }
    isFirst = false;
    if (!line.includes(":")) return brokenConnection(`malformed MIME header: missing colon: ${quote(line)}`);
    // A line that begins with white space continues the one before it.
    while (text[at] === " " || text[at] === "\t") {
      lineEnd = text.indexOf("\n", at);
      line = `${line.trimEnd()} ${trimLineEnd(text.slice(at, lineEnd + 1)).trim()}`;
      at = lineEnd + 1;
    }
    const colon = line.indexOf(":");
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, "");
    if (!FIELD_NAME.test(name) || BAD_FIELD_VALUE.test(value)) {
      return brokenConnection(`malformed MIME header line: ${quote(line)}`);
    }
    headers.push(name, utf8(value));
  }
  return frame(status, headers);
}

/** Field values are UTF-8 to k6. */
function utf8(value: string): string {
  return /[^\x00-\x7f]/.test(value) ? Buffer.from(value, "latin1").toString("utf8") : value;
}

/**
 * What the fields say of the body and of the connection. Go takes the fields of the framing out of those that it shows:
 * Transfer-Encoding always, Trailer and Content-Length where the chunks replace them.
 */
function frame(status: StatusLine, headers: HeaderList): ResponseHead | Failure {
  let shown = headers;
  const atLeast11 = status.major > 1 || (status.major === 1 && status.minor >= 1);
  const codings = allHeaders(headers, "transfer-encoding");
  if (codings.length > 0) shown = withoutHeaders(shown, (name) => name.toLowerCase() === "transfer-encoding");
  const isChunked = atLeast11 && codings.length > 0;
  if (isChunked && codings.length > 1) {
    return brokenConnection(`too many transfer encodings: [${codings.map(quote).join(" ")}]`);
  }
  if (isChunked && codings[0]!.toLowerCase() !== "chunked") {
    return brokenConnection(`unsupported transfer encoding: ${quote(codings[0]!)}`);
  }
  let contentLength = -1;
  const lengths = allHeaders(headers, "content-length");
  if (lengths.length > 0) {
    const length = lengths[0]!.trim();
    if (lengths.some((each) => each.trim() !== length)) {
      return brokenConnection(
        `http: message cannot contain multiple Content-Length headers; got [${lengths.map(quote).join(" ")}]`,
      );
    }
    if (lengths.length > 1) shown = [...withoutHeaders(shown, isContentLength), "Content-Length", length];
    if (length === "") return brokenConnection('invalid empty Content-Length ""');
    if (!/^[0-9]+$/.test(length) || BigInt(length) > 0x7fffffffffffffffn) {
      return brokenConnection(`bad Content-Length ${quote(length)}`);
    }
    if (!isChunked) contentLength = Number(length);
    else if (allowsBody(status.status)) shown = withoutHeaders(shown, isContentLength);
  }
  if (isChunked) {
    const trailers = allHeaders(headers, "trailer");
    if (trailers.length > 0) shown = withoutHeaders(shown, (name) => name.toLowerCase() === "trailer");
    for (const name of trailers.join(",").split(",")) {
      const canonical = canonicalHeaderName(name.trim());
      if (BAD_TRAILERS.includes(canonical)) return brokenConnection(`bad trailer key ${quote(canonical)}`);
    }
  }
  if (firstHeader(headers, "pragma") === "no-cache" && firstHeader(headers, "cache-control") === undefined) {
    shown = [...shown, "Cache-Control", "no-cache"];
  }
  const connection = allHeaders(headers, "connection").join(",");
  const closes = hasToken(connection, "close");
  const isLast = status.major < 1 || (atLeast11 ? closes : closes || !hasToken(connection, "keep-alive"));
  return new ResponseHead({
    status: status.status,
    statusText: status.statusText,
    proto: status.proto,
    headers: shown,
    contentLength,
    isChunked,
    isLast: isLast || (contentLength < 0 && !isChunked && allowsBody(status.status)),
  });
}

const isContentLength = (name: string): boolean => name.toLowerCase() === "content-length";

const BAD_TRAILERS = ["Transfer-Encoding", "Trailer", "Content-Length"];
