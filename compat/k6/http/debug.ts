/**
 * The option `httpDebug`: requests and answers in the log, with their bodies if it is `full`.
 *
 * Both are logged once the answer is there: what was sent is known exactly then.
 */
import type { VuRuntime } from "../../../src/module-api.ts";
import {
  canonicalHeaderName,
  type HttpExchange,
  type RequestHead,
  type ResponseHead,
  serializeHead,
} from "../../../src/network-api.ts";
import type { PreparedRequest } from "./params.ts";

export class HttpDebug {
  readonly #runtime: VuRuntime;

  constructor(runtime: VuRuntime) {
    this.#runtime = runtime;
  }

  get isOn(): boolean {
    const { httpDebug } = this.#runtime.options;
    return httpDebug !== undefined && httpDebug !== "";
  }

  log(prepared: PreparedRequest, exchange: HttpExchange): void {
    const { log, options } = this.#runtime;
    const { vu } = prepared;
    const withBodies = options.httpDebug === "full";
    const fields = {
      ...Object.fromEntries(prepared.tags.entries),
      ...prepared.metadata,
      source: "http-debug",
      vu: vu.idInTest,
      iter: Math.max(0, vu.iteration),
      request_id: crypto.randomUUID(),
    };
    const { body } = prepared.http;
    const sent = withBodies && body !== undefined ? Buffer.from(body as string).toString("utf8") : "";
    log.log("info", `Request:\n${requestText(exchange.request)}${sent}\n`, fields);
    if (exchange.head === undefined) return;
    const received = withBodies ? bodyText(exchange.head, exchange.body) : "";
    log.log("info", `Response:\n${headText(exchange.head)}${received}\n`, fields);
  }
}

/** As Go would send it by itself: k6 keeps it from asking for gzip, and for connections to be closed, but not here. */
function requestText(head: RequestHead): string {
  const text = serializeHead({ ...head, close: false }).replaceAll("\r\n", "\n");
  const isLeftToGo = head.method !== "HEAD" && !hasValue(head, "Accept-Encoding") && !hasValue(head, "Range");
  return isLeftToGo ? `${text.slice(0, -1)}Accept-Encoding: gzip\n\n` : text;
}

/** @param name As it is among normalized headers. */
function hasValue({ headers }: RequestHead, name: string): boolean {
  for (let i = 0; i < headers.length; i += 2) if (headers[i] === name) return headers[i + 1] !== "";
  return false;
}

/** As Go writes an answer again: what says where it ends comes first, then the other fields by name. */
function headText(head: ResponseHead): string {
  const lines = [`${head.proto} ${head.statusText}`];
  const { contentLength, isChunked } = head;
  const hasBody = (head.status < 100 || head.status >= 200) && head.status !== 204 && head.status !== 304;
  const closes = head.isLast || (hasBody && contentLength < 0 && !isChunked);
  if (closes) lines.push("Connection: close");
  if (isChunked) lines.push("Transfer-Encoding: chunked");
  else if (contentLength > 0 && hasBody) lines.push(`Content-Length: ${contentLength}`);
  const fields: [name: string, value: string][] = [];
  for (let i = 0; i < head.headers.length; i += 2) {
    const [name, value] = [canonicalHeaderName(head.headers[i]!), head.headers[i + 1]!];
    const isFraming = FRAMING.has(name) || (closes && name === "Connection" && value.toLowerCase() === "close");
    if (!isFraming) fields.push([name, value]);
  }
  fields.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  for (const [name, value] of fields) lines.push(`${name}: ${value}`);
  if (contentLength === 0 && hasBody && !isChunked) lines.push("Content-Length: 0");
  return `${lines.join("\n")}\n\n`;
}

const FRAMING = new Set(["Content-Length", "Transfer-Encoding", "Trailer"]);

/** A body as its head announces it; of the chunks only the bytes are known, so they are one. */
function bodyText(head: ResponseHead, body: Buffer | undefined): string {
  const text = body?.toString("utf8") ?? "";
  if (!head.isChunked) return text;
  return body === undefined || body.length === 0 ? "0\n\n" : `${body.length.toString(16)}\n${text}\n0\n\n`;
}
