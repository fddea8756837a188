/**
 * The arguments of a request: address, body, params. What comes out is ready to be sent.
 *
 * Hot path (bench rows http-get and http-flow): header lists that are equal to the last ones of the same address are
 * replaced by those, so that the transport finds its prepared head.
 *
 * @see k6 docs, javascript-api/k6-http/params
 */
import {
  durationFromNumber,
  GoError,
  parseDuration,
  type TagSet,
  type Vu,
  type VuRuntime,
} from "../../../src/module-api.ts";
import {
  type Coding,
  cookieJarOf,
  type HeaderList,
  type HttpRequest,
  jarBehind,
  type RequestCookie,
  type Target,
} from "../../../src/network-api.ts";
import { goTypeName } from "../go-type.ts";
import { numberOf, textOf } from "../primitive.ts";
import { tagsFrom } from "../tag-value.ts";
import { readBody } from "./body.ts";
import { type ExpectedStatuses, expectedBehind } from "./expected-statuses.ts";
import type { TagMemo } from "./samples.ts";
import { readUrl } from "./url.ts";

export type ResponseType = "text" | "binary" | "none";

/** A request as the script wants it. */
export interface PreparedRequest {
  readonly vu: Vu;
  readonly http: HttpRequest;
  readonly target: Target;
  /** As the script wrote it. */
  readonly url: string;
  tags: TagSet;
  readonly metadata: Record<string, string> | undefined;
  throws: boolean;
  responseType: ResponseType;
  expected: ExpectedStatuses | undefined;
  /** The script has not said how many redirects it wants. */
  redirectsByDefault: boolean;
}

/** What is kept with an address. */
export class TargetNotes {
  /** Headers of the last request. */
  headers: HeaderList | undefined = undefined;
  /** Tags of the last samples. */
  tags: TagMemo | undefined = undefined;
  /** The text of the URL without user and password. */
  clean: string | undefined = undefined;
}

export const notesOf = (target: Target): TargetNotes => (target.derived ??= new TargetNotes()) as TargetNotes;

const TIMEOUT_MS = 60_000;
/** k6's own, when neither the options nor the params say anything. */
const MAX_REDIRECTS = 10;
const CODINGS: readonly string[] = ["gzip", "deflate", "zstd", "br"];
const RESPONSE_TYPES: readonly string[] = ["text", "binary", "none"];

/**
 * Reads the arguments of a request that the current VU makes.
 *
 * @param expected The response callback of the VU.
 * @throws {GoError} In k6's words, for the first thing that is wrong.
 */
export function prepareRequest(
  runtime: VuRuntime,
  method: string,
  args: { url: unknown; body: unknown; params: unknown },
  expected: ExpectedStatuses | undefined,
): PreparedRequest {
  const { vu, options } = runtime;
  const { text, target, name } = readUrl(runtime, args.url);
  const http: HttpRequest = {
    method,
    url: text,
    target,
    redirectsMax: options.maxRedirects ?? MAX_REDIRECTS,
    timeoutMs: TIMEOUT_MS,
  };
  const prepared: PreparedRequest = {
    vu,
    http,
    target,
    url: text,
    tags: vu.tags,
    metadata: vu.metadata,
    throws: options.throw === true,
    responseType: options.discardResponseBodies ? "none" : "text",
    expected,
    redirectsByDefault: http.redirectsMax === MAX_REDIRECTS,
  };
  let headers: string[] | undefined;
  const body = readBody(runtime, args.body);
  if (body !== undefined) {
    http.body = body.content;
    if (body.contentType !== undefined) headers = ["Content-Type", body.contentType];
  }
  http.jar = cookieJarOf(vu);
  if (vu.isOver) http.isCancelled = true;
  const { params } = args;
  if (params !== undefined && params !== null) headers = readParams(runtime, prepared, Object(params), headers);
  if (prepared.responseType === "none") http.discardBody = true;
  if (headers !== undefined) http.headers = lastEqual(notesOf(target), headers);
  if (name !== "" && runtime.systemTags.has("name") && prepared.tags.get("name") === undefined) {
    prepared.tags = prepared.tags.with("name", name);
  }
  return prepared;
}

/** The headers of the last request to the same address if they are the same. */
function lastEqual(notes: TargetNotes, headers: string[]): HeaderList {
  const last = notes.headers;
  if (last !== undefined && last.length === headers.length) {
    let i = 0;
    while (i < headers.length && last[i] === headers[i]) i++;
    if (i === headers.length) return last;
  }
  return (notes.headers = headers);
}

function readParams(
  runtime: VuRuntime,
  prepared: PreparedRequest,
  params: Record<string, unknown>,
  bodyHeaders: string[] | undefined,
): string[] | undefined {
  const { http } = prepared;
  let headers = bodyHeaders;
  for (const name of Object.keys(params)) {
    const value = params[name];
    switch (name) {
      case "headers":
        headers = readHeaders(value, headers);
        break;
      case "tags":
        prepared.tags = readTags(prepared.tags, value);
        break;
      case "cookies":
        http.cookies = readCookies(value);
        break;
      case "jar":
        if (typeof value === "object") http.jar = jarBehind(runtime, value) ?? http.jar!;
        break;
      case "compression":
        http.compression = readCompression(value);
        break;
      case "redirects":
        http.redirectsMax = Math.trunc(numberOf(value)) || 0;
        prepared.redirectsByDefault = false;
        break;
      case "auth":
        http.auth = String(value);
        break;
      case "timeout":
        http.timeoutMs = readTimeout(value);
        break;
      case "throw":
        prepared.throws = Boolean(value);
        break;
      case "responseType": {
        const type = String(value);
        if (!RESPONSE_TYPES.includes(type)) throw new GoError(`${type} does not belong to ResponseType values`);
        prepared.responseType = type as ResponseType;
        break;
      }
      case "responseCallback":
        prepared.expected = readCallback(runtime, value);
        break;
    }
  }
  return headers;
}

const membersOf = (value: unknown): Record<string, unknown> | undefined =>
  value === undefined || value === null ? undefined : (Object(value) as Record<string, unknown>);

function readHeaders(value: unknown, before: string[] | undefined): string[] | undefined {
  const members = membersOf(value);
  if (members === undefined) return before;
  const headers = before ?? [];
  for (const name of Object.keys(members)) {
    const text = members[name];
    headers.push(name, typeof text === "string" ? text : textOf(text));
  }
  return headers;
}

function readTags(tags: TagSet, value: unknown): TagSet {
  return tagsFrom(tags, membersOf(value), "invalid HTTP request metric tags: ");
}

function readCookies(value: unknown): RequestCookie[] {
  const members = membersOf(value);
  const cookies: RequestCookie[] = [];
  for (const name of members === undefined ? [] : Object.keys(members)) {
    const given = members![name];
    if (given === undefined || given === null) continue;
    const cookie: RequestCookie = { name, value: "", replace: false };
    if (goTypeName(given) === "map[string]interface {}") {
      const parts = given as Record<string, unknown>;
      for (const part of Object.keys(parts)) {
        if (part.toLowerCase() === "replace") cookie.replace = Boolean(parts[part]);
        else if (part.toLowerCase() === "value") cookie.value = String(parts[part]);
      }
    } else cookie.value = String(given);
    cookies.push(cookie);
  }
  return cookies;
}

function readCompression(value: unknown): Coding[] {
  const text = String(value).trim();
  if (text === "") return [];
  return text.split(",").map((part) => {
    const coding = part.trim();
    if (CODINGS.includes(coding)) return coding as Coding;
    throw new GoError(`unknown compression algorithm ${coding}, supported algorithms are [${CODINGS.join(" ")}]`);
  });
}

function readTimeout(value: unknown): number {
  if (typeof value === "number") return durationFromNumber(value);
  if (typeof value !== "string") {
    throw new GoError(`invalid timeout value: unable to use type ${goTypeName(value)} as a duration value`);
  }
  try {
    return parseDuration(value);
  } catch (error) {
    throw new GoError(`invalid timeout value: ${(error as Error).message}`);
  }
}

function readCallback(runtime: VuRuntime, value: unknown): ExpectedStatuses | undefined {
  if (value === undefined || value === null) return undefined;
  const expected = expectedBehind(runtime.rt, value);
  if (expected === undefined) throw new GoError("unsupported responseCallback");
  return expected;
}
