/**
 * Responses as scripts see them, and what their methods do with the body.
 *
 * Hot path (bench rows http-get and http-flow): headers that came before with the same bytes are copied, not made anew.
 *
 * @see k6 docs, javascript-api/k6-http/response
 */
import { GoError, isArrayBuffer, type VuRuntime } from "../../../src/module-api.ts";
import {
  canonicalHeaderName,
  type HttpExchange,
  type HttpResult,
  isToken,
  parseSetCookies,
  type RequestHead,
  type ResponseHead,
} from "../../../src/network-api.ts";
import { select } from "./gjson.ts";
import { jsonErrorText } from "./json-error.ts";
import type { PreparedRequest, ResponseType } from "./params.ts";
import { installResponses, type ResponseMaker, type ResponseParts } from "./response-source.ts";

/** The methods of responses, functions of the realm. */
export interface ResponseMethods {
  clickLink: unknown;
  html: unknown;
  submitForm: unknown;
}

/** What `expires` says of a cookie without one: Go's zero time in milliseconds, as its nanoseconds overflow. */
const NO_EXPIRY_MS = -6795364578871;

const NO_REQUEST: readonly string[] = [];

/** Members that only an answer fills. */
const EMPTY = {
  remoteIp: "",
  remotePort: 0,
  url: "",
  status: 0,
  statusText: "",
  proto: "",
  duration: 0,
  blocked: 0,
  connecting: 0,
  tlsHandshaking: 0,
  sending: 0,
  waiting: 0,
  receiving: 0,
  tlsVersion: "",
  tlsCipherSuite: "",
  ocspStatus: "",
  error: "",
  errorCode: 0,
  request: null,
} as const;

export class Responses {
  readonly #runtime: VuRuntime;
  readonly #maker: ResponseMaker;
  /** Bodies that `json()` has parsed: k6 hands out the same value again. */
  readonly #parsed = new WeakMap<object, { body: unknown; value: unknown }>();
  /** The same for `json(selector)`, whose results are copies. */
  readonly #documents = new WeakMap<object, { body: unknown; document: Document | undefined }>();

  constructor(runtime: VuRuntime, methods: ResponseMethods) {
    this.#runtime = runtime;
    const json = runtime.rt.fn("json", 0, (args, self) => this.#json(self, args));
    const { clickLink, html, submitForm } = methods;
    runtime.rt.markMethods(json, clickLink, html, submitForm);
    this.#maker = runtime.realm.install(installResponses, clickLink, html, json, submitForm) as ResponseMaker;
  }

  /** The response to a request that was never sent. */
  unsent(error: string, errorCode: number): object {
    const { rt } = this.#runtime;
    const body = rt.array([]);
    return this.#maker.response({ ...EMPTY, headers: rt.object(), cookies: rt.object(), body, error, errorCode });
  }

  /** The response to a request that was answered or failed. */
  of(prepared: PreparedRequest, result: HttpResult): object {
    const exchange = result.exchanges[result.exchanges.length - 1]!;
    const { failure, timings, connection } = exchange;
    const head = result.failure === undefined && failure === undefined ? exchange.head : undefined;
    const { rt } = this.#runtime;
    const tls = head === undefined ? undefined : connection?.tls;
    const parts: ResponseParts = {
      remoteIp: exchange.remoteIp,
      remotePort: exchange.remotePort,
      url: result.url,
      status: exchange.status,
      statusText: exchange.statusText,
      proto: exchange.proto,
      headers: head === undefined ? rt.object() : this.#headers(head),
      cookies: head?.hasCookies ? this.#cookies(head) : rt.object(),
      body: this.#body(exchange, prepared.responseType),
      duration: timings.duration,
      blocked: timings.blocked,
      connecting: timings.connecting,
      tlsHandshaking: timings.tlsHandshaking,
      sending: timings.sending,
      waiting: timings.waiting,
      receiving: timings.receiving,
      tlsVersion: tls === undefined ? "" : tls.version,
      tlsCipherSuite: tls === undefined ? "" : tls.cipherSuite,
      ocspStatus: tls === undefined ? "" : "unknown",
      error: exchange.error,
      errorCode: exchange.errorCode,
      request: this.#request(prepared, result.exchanges[0]!),
    };
    return this.#maker.response(parts);
  }

  #body(exchange: HttpExchange, type: ResponseType): unknown {
    const { body } = exchange;
    if (body === undefined || type === "none") return null;
    return type === "text" ? goDecode(body) : this.#runtime.rt.bytes(body).buffer;
  }

  #headers(head: ResponseHead): object {
    const known = head.derived as object | undefined;
    if (known !== undefined) return this.#maker.copy(known);
    const joined = new Map<string, string>();
    for (let i = 0; i < head.headers.length; i += 2) {
      const name = canonicalHeaderName(head.headers[i]!);
      const before = joined.get(name);
      joined.set(name, before === undefined ? head.headers[i + 1]! : `${before}, ${head.headers[i + 1]}`);
    }
    const made = this.#maker.headers([...joined].flat());
    head.derived = made;
    return this.#maker.copy(made);
  }

  #cookies(head: ResponseHead): object {
    const { rt } = this.#runtime;
    const lines: string[] = [];
    for (let i = 0; i < head.headers.length; i += 2) {
      if (head.headers[i]!.toLowerCase() === "set-cookie") lines.push(head.headers[i + 1]!);
    }
    const byName = rt.object();
    for (const cookie of parseSetCookies(lines)) {
      if (!Object.hasOwn(byName, cookie.name)) rt.method(byName, cookie.name, rt.array([]), true);
      const shown = rt.object();
      shown.name = cookie.name;
      shown.value = cookie.value;
      shown.domain = cookie.domain;
      shown.path = cookie.path;
      shown.http_only = cookie.httpOnly;
      shown.secure = cookie.secure;
      shown.max_age = cookie.maxAgeSeconds;
      shown.expires = cookie.expiresMs ?? NO_EXPIRY_MS;
      byName[cookie.name].push(shown);
    }
    return byName;
  }

  #request(prepared: PreparedRequest, first: HttpExchange): object {
    const { http } = prepared;
    const head = first.request;
    const headers = (head.derived ??= requestHeaders(head)) as readonly string[];
    const cookies = head.cookie === "" ? NO_REQUEST : sentCookies(head.cookie);
    const { body } = http;
    const shown = body === undefined ? "" : typeof body === "string" ? body : () => goDecode(body);
    return this.#maker.request(http.method, prepared.target.url.href, headers, cookies, shown);
  }

  #json(self: any, args: readonly unknown[]): unknown {
    const { rt } = this.#runtime;
    const body: unknown = bodyOf(self, "JSON");
    if (args.length > 0) {
      const document = this.#document(self, body);
      if (document === undefined) return undefined;
      const found = select(document.root, String(args[0]), () => document.lines());
      return typeof found === "object" && found !== null ? rt.json(JSON.stringify(found)) : found;
    }
    const known = this.#parsed.get(self);
    if (known !== undefined && known.body === body) return known.value;
    const text = textOf(body);
    let value: unknown;
    try {
      value = rt.json(text);
    } catch {
      // the engine has refused it; k6's words for the same
      throw new GoError(jsonErrorText(Buffer.from(text)));
    }
    this.#parsed.set(self, { body, value });
    return value;
  }

  #document(self: object, body: unknown): Document | undefined {
    let known = this.#documents.get(self);
    if (known === undefined || known.body !== body) {
      known = { body, document: readDocument(textOf(body)) };
      this.#documents.set(self, known);
    }
    return known.document;
  }
}

/** A body that is JSON. */
interface Document {
  root: unknown;
  lines(): unknown[];
}

function readDocument(text: string): Document | undefined {
  try {
    const root: unknown = JSON.parse(text);
    return { root, lines: () => [root] };
  } catch {
    // no JSON: then every selector finds nothing
    return undefined;
  }
}

/**
 * The body of a response object.
 *
 * @throws {GoError} If it has none.
 */
export function bodyOf(self: any, wanted: "JSON" | "HTML"): unknown {
  if (typeof self !== "object" || self === null) throw new TypeError("Value of this is not a Response");
  const { body } = self;
  if (body !== null && body !== undefined) return body;
  throw new GoError(
    `the body is null so we can't transform it to ${wanted} - this likely was because of a request error getting the response`,
  );
}

/** The text of a body, whatever its type. */
export function textOf(body: unknown): string {
  if (typeof body === "string") return body;
  if (isArrayBuffer(body)) return goDecode(new Uint8Array(body));
  return Array.isArray(body) ? goDecode(Uint8Array.from(body)) : String(body);
}

/** UTF-8 as Go decodes it: each byte that is wrong becomes a character of its own. */
function goDecode(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = buffer.toString("utf8");
  return text.includes("\ufffd") ? decodeBytewise(buffer) : text;
}

function decodeBytewise(bytes: Buffer): string {
  let text = "";
  let from = 0;
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    text += `${bytes.toString("utf8", from, at)}\ufffd`;
    from = ++at;
  }
  return text + bytes.toString("utf8", from);
}

/** Length of the valid UTF-8 sequence at a place (RFC 3629, section 4), 0 if there is none. */
function sequenceLength(bytes: Buffer, at: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return 1;
  const length =
    first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xf0 && first < 0xf5 ? 4 : 0;
  for (let i = 1; i < length; i++) {
    const byte = bytes[at + i];
    if (byte === undefined || (byte & 0xc0) !== 0x80) return 0;
  }
  if (length < 3) return length;
  const second = bytes[at + 1]!;
  if (first === 0xe0 && second < 0xa0) return 0;
  if (first === 0xed && second >= 0xa0) return 0;
  if (first === 0xf0 && second < 0x90) return 0;
  if (first === 0xf4 && second >= 0x90) return 0;
  return length;
}

/** Headers of the request as k6 shows them: what the script set, the user agent, the cookies. */
function requestHeaders(head: RequestHead): string[] {
  const shown: string[] = [];
  if (head.userAgent !== undefined) shown.push("User-Agent", head.userAgent);
  for (let i = 0; i < head.headers.length; i += 2) {
    const name = head.headers[i]!;
    if (name === "User-Agent" || name === "Content-Length" || (name === "Cookie" && head.cookie !== "")) continue;
    shown.push(name, head.headers[i + 1]!);
  }
  if (head.cookie !== "") shown.push("Cookie", head.cookie);
  return shown;
}

/** What Go takes for the value of a cookie; it leaves out the others. */
const COOKIE_VALUE = /^[ !#-:<-[\]-~]*$/;

/** Names and values of a Cookie field, in turn. */
function sentCookies(field: string): string[] {
  const pairs: string[] = [];
  for (const part of field.split(";")) {
    const pair = part.trim();
    const equals = pair.indexOf("=");
    const name = equals < 0 ? pair : pair.slice(0, equals).trimEnd();
    const value = equals < 0 ? "" : pair.slice(equals + 1);
    const unquoted = value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
    if (isToken(name) && COOKIE_VALUE.test(unquoted)) pairs.push(name, unquoted);
  }
  return pairs;
}
