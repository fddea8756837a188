/**
 * Header fields: canonical names, what may be sent, and the order in which Go sends it.
 *
 * k6 hands its headers to Go's `http.Header`, a map with canonical names in which a later name replaces an earlier one;
 * Go writes Host, User-Agent and the framing first, then the rest sorted. So do we, byte for byte.
 */
import { type Failure, genericFailure, quote } from "./error-codes.ts";

/** Names and values in turn: `[name, value, name, value, ...]`. Flat, because it is made for each request and answer. */
export type HeaderList = readonly string[];

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const BAD_VALUE = /[\x00-\x08\x0a-\x1f\x7f]/;

const canonicalNames = new Map<string, string>();
/** Scripts use few names; a script that makes up names without end must not fill the memory. */
const CANONICAL_NAMES_MAX = 2_000;

/** `content-type` -> `Content-Type`; a name that is no token is left as it is. */
export function canonicalHeaderName(name: string): string {
  const known = canonicalNames.get(name);
  if (known !== undefined) return known;
  const canonical = TOKEN.test(name) ? name.toLowerCase().replace(/(^|-)[a-z]/g, (found) => found.toUpperCase()) : name;
  if (canonicalNames.size >= CANONICAL_NAMES_MAX) canonicalNames.clear();
  canonicalNames.set(name, canonical);
  return canonical;
}

/** What is wrong with the headers of a request, in Go's words. */
export function refuseHeaders(headers: HeaderList): Failure | undefined {
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!;
    if (!TOKEN.test(name)) return genericFailure(`net/http: invalid header field name ${quote(name)}`);
    if (BAD_VALUE.test(headers[i + 1]!)) {
      return genericFailure(`net/http: invalid header field value for ${quote(name)}`);
    }
  }
  return undefined;
}

export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** The last value under a name, as a map would have it. `name` is lower case. */
export function lastHeader(headers: HeaderList, name: string): string | undefined {
  for (let i = headers.length - 2; i >= 0; i -= 2) {
    if (headers[i]!.length === name.length && headers[i]!.toLowerCase() === name) return headers[i + 1];
  }
  return undefined;
}

/** The first value under a name, as Go's `Header.Get` reads answers. `name` is lower case. */
export function firstHeader(headers: HeaderList, name: string): string | undefined {
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i]!.length === name.length && headers[i]!.toLowerCase() === name) return headers[i + 1];
  }
  return undefined;
}

/** Every value under a name. `name` is lower case. */
export function allHeaders(headers: HeaderList, name: string): string[] {
  const values: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i]!.length === name.length && headers[i]!.toLowerCase() === name) values.push(headers[i + 1]!);
  }
  return values;
}

/** Whether a comma-separated field such as Connection holds a token. */
export function hasToken(value: string, token: string): boolean {
  if (value === "") return false;
  return value.split(",").some((part) => part.trim().toLowerCase() === token);
}

/** Canonical names, each once (the last wins), sorted: the map that Go would hold. */
export function normalizeHeaders(headers: HeaderList): HeaderList {
  if (headers.length === 0) return headers;
  if (headers.length === 2) {
    const canonical = canonicalHeaderName(headers[0]!);
    return canonical === headers[0] ? headers : [canonical, headers[1]!];
  }
  const byName = new Map<string, string>();
  for (let i = 0; i < headers.length; i += 2) byName.set(canonicalHeaderName(headers[i]!), headers[i + 1]!);
  const flat: string[] = [];
  for (const name of [...byName.keys()].sort()) flat.push(name, byName.get(name)!);
  return flat;
}

/** A copy without some fields, with another appended. Names are canonical. */
export function withHeader(headers: HeaderList, name: string, value: string): HeaderList {
  const flat = withoutHeaders(headers, (each) => each === name);
  flat.push(name, value);
  return sortFlat(flat);
}

export function withoutHeaders(headers: HeaderList, drop: (name: string) => boolean): string[] {
  const flat: string[] = [];
  for (let i = 0; i < headers.length; i += 2) if (!drop(headers[i]!)) flat.push(headers[i]!, headers[i + 1]!);
  return flat;
}

function sortFlat(flat: string[]): string[] {
  const pairs: [string, string][] = [];
  for (let i = 0; i < flat.length; i += 2) pairs.push([flat[i]!, flat[i + 1]!]);
  pairs.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
  return pairs.flat();
}

/** Written by the transport itself, wherever the script may have put them. */
export function isFramingHeader(canonical: string): boolean {
  switch (canonical) {
    case "Host":
    case "User-Agent":
    case "Content-Length":
    case "Transfer-Encoding":
    case "Trailer":
      return true;
    default:
      return false;
  }
}

export interface RequestHead {
  method: string;
  /** Path and query, or the whole URL for a proxy. */
  target: string;
  host: string;
  /** `undefined` or empty sends none. */
  userAgent: string | undefined;
  /** Normalized. */
  headers: HeaderList;
  /** Value of the Cookie field, empty for none. */
  cookie: string;
  /** Value of an Authorization field that the transport adds, empty for none. */
  authorization: string;
  /** Length of the body; 0 for no body, -1 for an empty body that was given as such. */
  bodyBytes: number;
  /** Ask the server to close after this answer. */
  close: boolean;
  /** Credentials for a plain HTTP proxy, empty for none. */
  proxyAuthorization: string;
  /** Where a caller may keep what it derives from the head, for the next request of the same shape. */
  derived?: unknown;
}

/** The bytes of a request up to its body, as text in which non-ASCII is to be sent as UTF-8. */
export function serializeHead(head: RequestHead): string {
  let out = `${head.method} ${head.target} HTTP/1.1\r\nHost: ${head.host}\r\n`;
  if (head.userAgent) out += `User-Agent: ${oneLine(head.userAgent)}\r\n`;
  if (head.bodyBytes > 0) out += `Content-Length: ${head.bodyBytes}\r\n`;
  else if (isChunkedEmpty(head)) out += "Transfer-Encoding: chunked\r\n";
  else if (wantsZeroLength(head.method) && head.bodyBytes === 0) out += "Content-Length: 0\r\n";
  const own = ownFields(head);
  const { headers } = head;
  let next = 0;
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!;
    if (isFramingHeader(name)) continue;
    while (next < own.length && own[next]! <= name) {
      out += `${own[next]}: ${own[next + 1]}\r\n`;
      next += 2;
    }
    if (name === "Cookie" && head.cookie !== "") continue;
    out += `${name}: ${oneLine(headers[i + 1]!)}\r\n`;
  }
  for (; next < own.length; next += 2) out += `${own[next]}: ${own[next + 1]}\r\n`;
  if (head.close && !hasToken(lastHeader(headers, "connection") ?? "", "close")) out += "Connection: close\r\n";
  return `${out}\r\n`;
}

/** Fields of the transport's own among the sorted ones, in order. */
function ownFields(head: RequestHead): readonly string[] {
  if (head.authorization === "" && head.cookie === "" && head.proxyAuthorization === "") return NONE;
  const own: string[] = [];
  if (head.authorization !== "") own.push("Authorization", head.authorization);
  if (head.cookie !== "") own.push("Cookie", head.cookie);
  if (head.proxyAuthorization !== "") own.push("Proxy-Authorization", head.proxyAuthorization);
  return own;
}

const NONE: readonly string[] = [];

/**
 * Whether Go would send an empty body in chunks: it was given one that it does not know to be empty, and the method is
 * none of those for which it looks first.
 */
export function isChunkedEmpty(head: { method: string; bodyBytes: number }): boolean {
  return head.bodyBytes === -1 && !usuallyLacksBody(head.method);
}

function usuallyLacksBody(method: string): boolean {
  switch (method) {
    case "GET":
    case "HEAD":
    case "DELETE":
    case "OPTIONS":
    case "PROPFIND":
    case "SEARCH":
      return true;
    default:
      return false;
  }
}

/** Methods for which servers expect a length even if there is no body. */
export function wantsZeroLength(method: string): boolean {
  return method === "POST" || method === "PUT" || method === "PATCH";
}

function oneLine(value: string): string {
  const trimmed = value.trim();
  return /[\r\n]/.test(trimmed) ? trimmed.replace(/[\r\n]/g, " ") : trimmed;
}
