/**
 * Sends requests and waits for their answers: blocking, batched, and as promises.
 *
 * Hot path (bench rows http-get and http-flow).
 */
import { type Block, GoError, type Vu, type VuRuntime } from "../../../src/module-api.ts";
import {
  Batch,
  type BatchEntry,
  type HttpResult,
  httpSessionOf,
  type PendingRequest,
  sendBlocking,
  takeTraffic,
} from "../../../src/network-api.ts";
import { HttpDebug } from "./debug.ts";
import type { PreparedRequest } from "./params.ts";
import type { Responses } from "./response.ts";
import { Samples } from "./samples.ts";
import { CodedError } from "./url.ts";

const SWITCHING_PROTOCOLS = 101;

/** What one thread's requests have in common. */
export class Requests {
  readonly runtime: VuRuntime;
  readonly responses: Responses;
  readonly #samples: Samples;
  readonly #debug: HttpDebug;

  constructor(runtime: VuRuntime, responses: Responses) {
    this.runtime = runtime;
    this.responses = responses;
    this.#samples = new Samples(runtime);
    this.#debug = new HttpDebug(runtime);
  }

  /** The answer to arguments that are wrong: an exception if the option `throw` wants it, else a response and a warning. */
  refused(error: unknown): object {
    if (!(error instanceof GoError)) throw error;
    const { options, log } = this.runtime;
    if (options.throw) throw error;
    log.log("warning", "Request Failed", { error: error.message });
    return this.responses.unsent(error.message, error instanceof CodedError ? error.code : 0);
  }

  /** An exception for the script that comes from where it called, not from where the answer was found wanting. */
  thrownAt(error: unknown, callStack: string | undefined): unknown {
    const translated = this.runtime.rt.translate(error);
    if (callStack !== undefined && translated !== error)
      this.runtime.rt.method(translated as object, "stack", callStack);
    return translated;
  }

  /** Warns of headers that do not fit to the body; asked before a request is sent. */
  warnOfHeaders({ http, target }: PreparedRequest): void {
    const { headers, compression, body } = http;
    if (headers === undefined) return;
    const { log } = this.runtime;
    for (let i = 0; i < headers.length; i += 2) {
      const name = headers[i]!;
      const value = headers[i + 1]!;
      if (name.length === 14 && name.toLowerCase() === "content-length" && value !== "") {
        const bytes = body === undefined ? 0 : typeof body === "string" ? Buffer.byteLength(body) : body.length;
        if (!/^[+-]?\d+$/.test(value) || Number(value) !== bytes) {
          log.log(
            "warning",
            `The specified Content-Length header ${JSON.stringify(value)} in the ${http.method} request for ${target.url.href} doesn't match the actual request body length of ${bytes}, so it will be ignored!`,
          );
        }
      } else if (name.length === 16 && name.toLowerCase() === "content-encoding" && compression?.length) {
        if (value !== "" && value !== compression.join(", ") && body !== undefined) {
          log.log(
            "warning",
            `There's a mismatch between the desired \`compression\` the manually set \`Content-Encoding\` header in the ${http.method} request for '${target.url.href}', the custom header has precedence and won't be overwritten. This may result in invalid data being sent to the server.`,
          );
        }
      }
    }
  }

  /**
   * Samples, log lines and the response of a request that has ended.
   *
   * @throws {GoError} If it failed and the script wants exceptions.
   */
  complete(prepared: PreparedRequest, result: HttpResult): object {
    const { exchanges, failure } = result;
    const { log } = this.runtime;
    if (prepared.http.isCancelled) {
      if (prepared.throws) throw new GoError(result.errorText);
      return this.responses.of(prepared, result);
    }
    for (let hop = 0; hop < exchanges.length; hop++) {
      const exchange = exchanges[hop]!;
      if (this.#debug.isOn) this.#debug.log(prepared, exchange);
      if (exchange.status === SWITCHING_PROTOCOLS) {
        throw new GoError(`unsupported response status: ${exchange.statusText}`);
      }
      this.#samples.add(prepared, exchange, hop);
    }
    if (result.redirectsStoppedAfter > 0 && prepared.redirectsByDefault) {
      log.log(
        "warning",
        `Stopped after ${result.redirectsStoppedAfter} redirects and returned the redirection; pass { redirects: n } in request params or set global maxRedirects to silence this`,
        { url: exchanges[0]!.url.href },
      );
    }
    if (failure !== undefined) {
      if (prepared.throws) throw new GoError(result.errorText);
      log.log("warning", "Request Failed", { error: result.errorText });
    }
    return this.responses.of(prepared, result);
  }
}

/** Waits for one request. */
export class RequestBlock implements Block {
  readonly #requests: Requests;
  readonly #prepared: PreparedRequest;
  /** Where the script called, if it may have to be told; costs more than all else here. */
  readonly #callStack: string | undefined;
  #pending: PendingRequest | undefined = undefined;

  constructor(requests: Requests, prepared: PreparedRequest) {
    this.#requests = requests;
    this.#prepared = prepared;
    this.#callStack = prepared.throws ? new Error().stack : undefined;
  }

  get what(): string {
    return `an HTTP ${this.#prepared.http.method} request`;
  }

  start(vu: Vu): void {
    const session = httpSessionOf(vu);
    this.#pending = session.send(this.#prepared.http, (result) => {
      takeTraffic(vu, session);
      let response: object;
      try {
        response = this.#requests.complete(this.#prepared, result);
      } catch (error) {
        vu.fail(this, this.#requests.thrownAt(error, this.#callStack));
        return;
      }
      vu.unblock(this, response);
    });
  }

  cancel(vu: Vu): void {
    this.#pending?.abort();
    takeTraffic(vu, httpSessionOf(vu));
  }

  waitOnThread(vu: Vu): unknown {
    const [result] = waitForAll(vu, [entryOf(this.#prepared)]);
    return this.#requests.complete(this.#prepared, result!);
  }
}

export const entryOf = ({ http, target }: PreparedRequest): BatchEntry => ({ request: http, host: target.url.host });

/** Results of requests that are sent while the thread waits. */
export function waitForAll(vu: Vu, entries: readonly BatchEntry[]): HttpResult[] {
  const results = sendBlocking(vu, entries);
  if (results !== undefined) return results;
  vu.interrupted = true;
  return vu.runtime.rt.interrupt();
}

/** Waits for several requests at once; its value is the list of responses, failed ones in `unsent`'s form. */
export class BatchBlock implements Block {
  readonly what = "http.batch()";
  readonly #requests: Requests;
  readonly #prepared: readonly PreparedRequest[];
  readonly #callStack: string | undefined;
  readonly #responses: object[] = [];
  #pending: PendingRequest | undefined = undefined;
  #failure: { error: unknown } | undefined = undefined;

  constructor(requests: Requests, prepared: readonly PreparedRequest[]) {
    this.#requests = requests;
    this.#prepared = prepared;
    this.#callStack = prepared.some((each) => each.throws) ? new Error().stack : undefined;
  }

  start(vu: Vu): void {
    const session = httpSessionOf(vu);
    const { batch, batchPerHost } = vu.runtime.options;
    const limits = { inAll: batch ?? this.#prepared.length, perHost: batchPerHost ?? 0 };
    this.#pending = new Batch(session, this.#prepared.map(entryOf), limits, {
      each: (index, result) => this.#answered(index, result),
      end: () => {
        takeTraffic(vu, session);
        if (this.#failure) vu.fail(this, this.#requests.thrownAt(this.#failure.error, this.#callStack));
        else vu.unblock(this, this.#responses);
      },
    });
  }

  #answered(index: number, result: HttpResult): void {
    try {
      this.#responses[index] = this.#requests.complete(this.#prepared[index]!, result);
    } catch (error) {
      this.#failure ??= { error };
    }
  }

  cancel(vu: Vu): void {
    this.#pending?.abort();
    takeTraffic(vu, httpSessionOf(vu));
  }

  waitOnThread(vu: Vu): unknown {
    const results = waitForAll(vu, this.#prepared.map(entryOf));
    for (const [index, result] of results.entries()) this.#answered(index, result);
    if (this.#failure) throw this.#failure.error;
    return this.#responses;
  }
}

/** Sends a request and goes on: the promise is settled in a turn of the VU. */
export function sendAsync(requests: Requests, prepared: PreparedRequest): unknown {
  const { vu } = prepared;
  const { rt } = requests.runtime;
  const promise = rt.newPromise();
  const enqueue = vu.loop.register();
  const session = httpSessionOf(vu);
  const settle = (result: HttpResult): void => {
    takeTraffic(vu, session);
    enqueue(() => {
      let response: object;
      try {
        response = requests.complete(prepared, result);
      } catch (error) {
        rt.rejectPromise(promise, rt.translate(error));
        return;
      }
      rt.resolvePromise(promise, response);
    });
  };
  if (prepared.http.isCancelled) {
    session.send(prepared.http, settle);
    return promise;
  }
  const pending = session.send(prepared.http, (result) => {
    unhook();
    settle(result);
  });
  const unhook = vu.context.onEnd(() => {
    pending.abort();
    if (vu.interrupted) {
      takeTraffic(vu, session);
      // nobody is left whom the answer could reach
      enqueue(() => undefined);
      return;
    }
    prepared.http.isCancelled = true;
    session.send(prepared.http, settle);
  });
  return promise;
}
