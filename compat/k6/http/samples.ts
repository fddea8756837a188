/**
 * The samples of a request: for each hop one set, with k6's tags.
 *
 * Hot path (bench rows http-get and http-flow): the tags of the last hop to an address are kept with it, so that a request
 * like the one before is compared, not tagged anew.
 *
 * Behaviour: k6 docs, "HTTP-specific built-in metrics", "System tags"; conformance: http/tags, http/status-codes.
 */
import type { Metric, TagSet, VuRuntime } from "../../../src/module-api.ts";
import type { HttpExchange } from "../../../src/network-api.ts";
import type { ExpectedStatuses } from "./expected-statuses.ts";
import { notesOf, type PreparedRequest } from "./params.ts";
import { cleanUrl } from "./url.ts";

/** What the tags of a hop were made from. */
export interface TagMemo {
  readonly base: TagSet;
  readonly method: string;
  readonly status: number;
  readonly failure: unknown;
  readonly proto: string;
  readonly tlsVersion: string | undefined;
  readonly ip: string;
  readonly isExpected: boolean | undefined;
  readonly tags: TagSet;
}

const UNAUTHORIZED = 401;

/** Whether a hop's answer is as expected; undefined if nobody asks. */
function isExpected(prepared: PreparedRequest, exchange: HttpExchange, hop: number): boolean | undefined {
  const expected: ExpectedStatuses | undefined = prepared.expected;
  if (expected === undefined) return undefined;
  const { status } = exchange;
  // the refusal that begins an authentication is no failure
  if (hop === 0 && prepared.http.auth === "digest") return status === UNAUTHORIZED;
  if (hop === 0 && prepared.http.auth === "ntlm" && status === UNAUTHORIZED) return true;
  return expected.match(status);
}

export class Samples {
  readonly #runtime: VuRuntime;
  readonly #epochOffsetMs: number;
  readonly #reqs: Metric;
  readonly #failed: Metric;
  readonly #duration: Metric;
  readonly #blocked: Metric;
  readonly #connecting: Metric;
  readonly #tlsHandshaking: Metric;
  readonly #sending: Metric;
  readonly #waiting: Metric;
  readonly #receiving: Metric;

  constructor(runtime: VuRuntime) {
    const metric = (name: string): Metric => runtime.registry.get(name)!;
    this.#runtime = runtime;
    this.#epochOffsetMs = runtime.clock.epochMs() - runtime.clock.nowMs();
    this.#reqs = metric("http_reqs");
    this.#failed = metric("http_req_failed");
    this.#duration = metric("http_req_duration");
    this.#blocked = metric("http_req_blocked");
    this.#connecting = metric("http_req_connecting");
    this.#tlsHandshaking = metric("http_req_tls_handshaking");
    this.#sending = metric("http_req_sending");
    this.#waiting = metric("http_req_waiting");
    this.#receiving = metric("http_req_receiving");
  }

  /** Adds the samples of one hop. @param hop Its position, 0-based. */
  add(prepared: PreparedRequest, exchange: HttpExchange, hop: number): void {
    const { recorder } = this.#runtime;
    const { metadata } = prepared;
    const { timings } = exchange;
    const expected = isExpected(prepared, exchange, hop);
    const tags = this.#tags(prepared, exchange, expected);
    const timeMs = exchange.endedAtMs + this.#epochOffsetMs;
    recorder.add(this.#reqs, tags, 1, timeMs, metadata);
    recorder.add(this.#duration, tags, timings.duration, timeMs, metadata);
    recorder.add(this.#blocked, tags, timings.blocked, timeMs, metadata);
    recorder.add(this.#connecting, tags, timings.connecting, timeMs, metadata);
    recorder.add(this.#tlsHandshaking, tags, timings.tlsHandshaking, timeMs, metadata);
    recorder.add(this.#sending, tags, timings.sending, timeMs, metadata);
    recorder.add(this.#waiting, tags, timings.waiting, timeMs, metadata);
    recorder.add(this.#receiving, tags, timings.receiving, timeMs, metadata);
    if (expected !== undefined) recorder.add(this.#failed, tags, expected ? 0 : 1, timeMs, metadata);
  }

  #tags(prepared: PreparedRequest, exchange: HttpExchange, expected: boolean | undefined): TagSet {
    const isOfTarget = exchange.url === prepared.target.url;
    const { failure, status, proto, method } = exchange;
    const tlsVersion = exchange.connection?.tls?.version;
    const ip = exchange.remoteIp;
    if (isOfTarget) {
      const memo = notesOf(prepared.target).tags;
      if (
        memo !== undefined &&
        memo.base === prepared.tags &&
        memo.status === status &&
        memo.failure === failure &&
        memo.method === method &&
        memo.isExpected === expected &&
        memo.proto === proto &&
        memo.tlsVersion === tlsVersion &&
        memo.ip === ip
      ) {
        return memo.tags;
      }
    }
    const tags = this.#makeTags(prepared, exchange, expected);
    if (isOfTarget) {
      const { tags: base } = prepared;
      notesOf(prepared.target).tags = {
        base,
        method,
        status,
        failure,
        proto,
        tlsVersion,
        ip,
        isExpected: expected,
        tags,
      };
    }
    return tags;
  }

  #makeTags(prepared: PreparedRequest, exchange: HttpExchange, expected: boolean | undefined): TagSet {
    const { systemTags } = this.#runtime;
    let tags = prepared.tags;
    const set = (name: string, value: string): void => {
      if (systemTags.has(name)) tags = tags.with(name, value);
    };
    const { failure, status, connection } = exchange;
    const name = tags.get("name");
    if (name === undefined) {
      const clean = cleanUrlOf(prepared, exchange);
      set("name", clean);
      set("url", clean);
    } else set("url", name);
    set("method", exchange.method);
    if (failure !== undefined) {
      set("error", failure.error);
      set("error_code", String(failure.errorCode));
      set("status", "0");
    } else {
      set("status", String(status));
      if (exchange.errorCode !== 0) set("error_code", String(exchange.errorCode));
      set("proto", exchange.proto);
      if (connection?.tls !== undefined) {
        set("tls_version", connection.tls.version);
        set("ocsp_status", "unknown");
      }
    }
    if (connection !== undefined) set("ip", connection.remoteIp);
    if (expected !== undefined) set("expected_response", String(expected));
    return tags;
  }
}

function cleanUrlOf(prepared: PreparedRequest, exchange: HttpExchange): string {
  if (exchange.url !== prepared.target.url) return cleanUrl(exchange.url);
  const notes = notesOf(prepared.target);
  return (notes.clean ??= cleanUrl(exchange.url));
}
