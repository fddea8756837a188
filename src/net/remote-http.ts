/**
 * HTTP done by another thread: requests and results as plain data, and the side that performs them.
 *
 * Used where a VU's thread is blocked and its own event loop stands still. Jars travel along as they are and come back as
 * the list of what was stored, so that redirects see and set cookies as they would at home. Connections are the other
 * thread's own, kept for each VU.
 */
import { Batch, type BatchLimits } from "./batch.ts";
import type { ConnectionInfo } from "./connection.ts";
import { type CookieJar, MemoryCookieJar, type SerializedJar, type SetCookie } from "./cookies.ts";
import type { Failure } from "./error-codes.ts";
import { HttpExchange } from "./exchange.ts";
import type { RequestHead } from "./headers.ts";
import { ResponseHead } from "./http1-parser.ts";
import type { Environment } from "./proxy.ts";
import { HttpClient, type HttpClientConfig, type HttpRequest, type HttpResult, type HttpSession } from "./request.ts";
import type { Timings } from "./timings.ts";
import { type GoUrl, parseUrl } from "./url.ts";

/** A request without what cannot travel. */
type RequestData = Omit<HttpRequest, "url" | "target" | "jar"> & {
  url: string;
  host: string;
  /** Index into the jars. */
  jar: number | undefined;
};

export interface RemoteHttpCall {
  config: HttpClientConfig;
  /** Whose connections: one name for each VU. */
  session: string;
  localIp: string | undefined;
  /** Connections of another period are closed first (option `noVUConnectionReuse`). */
  period: number;
  requests: RequestData[];
  limits: BatchLimits;
  jars: SerializedJar[];
}

interface ExchangeData {
  method: string;
  url: string;
  request: RequestHead;
  head: ConstructorParameters<typeof ResponseHead>[0] | undefined;
  failure: Failure | undefined;
  body: Uint8Array | undefined;
  timings: Timings;
  connection: ConnectionInfo | undefined;
  bytesSent: number;
  bytesReceived: number;
  /** Milliseconds since the epoch: threads have no other clock in common. */
  startedEpochMs: number;
  endedEpochMs: number;
}

interface ResultData extends Omit<HttpResult, "exchanges"> {
  exchanges: ExchangeData[];
}

export interface RemoteHttpAnswer {
  results: ResultData[];
  /** What answers stored in the jars, in order. */
  stored: { jar: number; url: string; cookies: readonly SetCookie[] }[];
}

/** Requests to send, as data. */
export function remoteHttpCall(
  call: Omit<RemoteHttpCall, "requests" | "jars">,
  entries: readonly { request: HttpRequest; host: string }[],
): { call: RemoteHttpCall; jars: CookieJar[] } {
  const jars: CookieJar[] = [];
  const requests = entries.map(({ request, host }): RequestData => {
    const { url, target: _target, jar, ...rest } = request;
    let index: number | undefined;
    if (jar !== undefined) {
      index = jars.indexOf(jar);
      if (index < 0) index = jars.push(jar) - 1;
    }
    return { ...rest, url: typeof url === "string" ? url : url.href, host, jar: index };
  });
  const serialized = jars.map((jar) => (jar instanceof MemoryCookieJar ? jar.serialize() : undefined));
  return { call: { ...call, requests, jars: serialized }, jars };
}

/** Brings an answer home: results as if they had been received here, and cookies into their jars. */
export function takeRemoteAnswer(answer: RemoteHttpAnswer, jars: readonly CookieJar[]): HttpResult[] {
  for (const { jar, url, cookies } of answer.stored) jars[jar]!.store(parseUrl(url), cookies);
  return answer.results.map((result) => ({ ...result, exchanges: result.exchanges.map(revive) }));
}

function revive(data: ExchangeData): HttpExchange {
  const { url, head, body, startedEpochMs, endedEpochMs, ...rest } = data;
  return new HttpExchange({
    ...rest,
    url: parseUrl(url),
    head: head === undefined ? undefined : new ResponseHead(head),
    body: body === undefined ? undefined : Buffer.from(body.buffer, body.byteOffset, body.byteLength),
    startedAtMs: startedEpochMs - performance.timeOrigin,
    endedAtMs: endedEpochMs - performance.timeOrigin,
  });
}

function toData(exchange: HttpExchange): ExchangeData {
  const { method, url, request, head, failure, body, timings, connection, bytesSent, bytesReceived } = exchange;
  const { derived: _derived, ...requestData } = request;
  return {
    method,
    url: url.href,
    request: requestData,
    head: head && {
      status: head.status,
      statusText: head.statusText,
      proto: head.proto,
      headers: head.headers,
      contentLength: head.contentLength,
      isChunked: head.isChunked,
      isLast: head.isLast,
    },
    failure,
    body,
    timings,
    connection: connection && {
      local: connection.local,
      remoteIp: connection.remoteIp,
      remotePort: connection.remotePort,
      tls: connection.tls,
    },
    bytesSent,
    bytesReceived,
    startedEpochMs: exchange.startedAtMs + performance.timeOrigin,
    endedEpochMs: exchange.endedAtMs + performance.timeOrigin,
  };
}

/** Keeps a list of what is stored. */
class RecordingJar implements CookieJar {
  readonly #jar: MemoryCookieJar;
  readonly #onStore: (url: string, cookies: readonly SetCookie[]) => void;

  constructor(serialized: SerializedJar, onStore: (url: string, cookies: readonly SetCookie[]) => void) {
    this.#jar = MemoryCookieJar.deserialize(serialized);
    this.#onStore = onStore;
  }

  get isEmpty(): boolean {
    return this.#jar.isEmpty;
  }

  cookiesFor(url: GoUrl): ReturnType<CookieJar["cookiesFor"]> {
    return this.#jar.cookiesFor(url);
  }

  store(url: GoUrl, cookies: readonly SetCookie[]): void {
    this.#jar.store(url, cookies);
    this.#onStore(url.href, cookies);
  }
}

/** The side that has a running event loop. */
export class RemoteHttp {
  readonly #environment: Environment;
  #client: HttpClient | undefined;
  readonly #sessions = new Map<string, { session: HttpSession; period: number }>();

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  perform(call: RemoteHttpCall): Promise<RemoteHttpAnswer> {
    const session = this.#session(call);
    const stored: RemoteHttpAnswer["stored"] = [];
    const jars = call.jars.map(
      (serialized, jar) => new RecordingJar(serialized, (url, cookies) => stored.push({ jar, url, cookies })),
    );
    const entries = call.requests.map(({ host, jar, ...rest }) => {
      const request: HttpRequest = { ...rest };
      if (jar !== undefined) request.jar = jars[jar]!;
      return { host, request };
    });
    const results: ResultData[] = [];
    return new Promise((resolve) => {
      new Batch(session, entries, call.limits, {
        each: (index, result) => {
          results[index] = { ...result, exchanges: result.exchanges.map(toData) };
        },
        end: () => resolve({ results, stored }),
      });
    });
  }

  #session({ config, session: name, localIp, period }: RemoteHttpCall): HttpSession {
    // All threads of a test have the same options.
    this.#client ??= new HttpClient({
      ...config,
      environment: this.#environment,
      tls: { ...config.tls, environment: this.#environment },
    });
    let known = this.#sessions.get(name);
    if (known === undefined) {
      known = { session: this.#client.openSession(localIp === undefined ? {} : { localIp }), period };
      this.#sessions.set(name, known);
    } else if (known.period !== period) {
      known.session.closeIdle();
      known.period = period;
    }
    return known.session;
  }
}
