/**
 * The option `httpDebug`: requests and answers in the log, with their bodies if it is `full`.
 *
 * Both are logged once the answer is there: what was sent is known exactly then.
 */
import type { VuRuntime } from "../../../src/module-api.ts";
import { type HttpExchange, type ResponseHead, serializeHead } from "../../../src/network-api.ts";
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
    log.log("info", `Request:\n${unixLines(serializeHead(exchange.request))}${sent}\n`, fields);
    if (exchange.head === undefined) return;
    const received = withBodies ? (exchange.body?.toString("utf8") ?? "") : "";
    log.log("info", `Response:\n${headText(exchange.head)}${received}\n`, fields);
  }
}

const unixLines = (text: string): string => text.replaceAll("\r\n", "\n");

function headText(head: ResponseHead): string {
  let text = `${head.proto} ${head.statusText}\n`;
  for (let i = 0; i < head.headers.length; i += 2) text += `${head.headers[i]}: ${head.headers[i + 1]}\n`;
  if (head.isChunked) text += "Transfer-Encoding: chunked\n";
  return `${text}\n`;
}
