/**
 * The module `k6/http`.
 *
 * @see k6 docs, javascript-api/k6-http
 */
import { GoError, type ModuleFactory, type Vu, type VuRuntime } from "../../../src/module-api.ts";
import { prepareBatched, readBatch } from "./batch.ts";
import { cookieJars } from "./cookie-jar.ts";
import { DEFAULT_EXPECTED, type ExpectedStatuses, expectedBehind, readExpectedStatuses } from "./expected-statuses.ts";
import { makeFile } from "./file.ts";
import { FormNavigation } from "./form.ts";
import { type PreparedRequest, prepareRequest } from "./params.ts";
import { BatchBlock, RequestBlock, Requests, sendAsync } from "./request.ts";
import { Responses } from "./response.ts";
import { CodedError, makeUrl } from "./url.ts";

const IN_INIT = "Making http requests in the init context is not supported";
const BATCH_IN_INIT = "Using batch in the init context is not supported";

const CONSTANTS = {
  TLS_1_0: "tls1.0",
  TLS_1_1: "tls1.1",
  TLS_1_2: "tls1.2",
  TLS_1_3: "tls1.3",
  OCSP_STATUS_GOOD: "good",
  OCSP_STATUS_REVOKED: "revoked",
  OCSP_STATUS_SERVER_FAILED: "server_failed",
  OCSP_STATUS_UNKNOWN: "unknown",
  OCSP_REASON_UNSPECIFIED: "unspecified",
  OCSP_REASON_KEY_COMPROMISE: "key_compromise",
  OCSP_REASON_CA_COMPROMISE: "ca_compromise",
  OCSP_REASON_AFFILIATION_CHANGED: "affiliation_changed",
  OCSP_REASON_SUPERSEDED: "superseded",
  OCSP_REASON_CESSATION_OF_OPERATION: "cessation_of_operation",
  OCSP_REASON_CERTIFICATE_HOLD: "certificate_hold",
  OCSP_REASON_REMOVE_FROM_CRL: "remove_from_crl",
  OCSP_REASON_PRIVILEGE_WITHDRAWN: "privilege_withdrawn",
  OCSP_REASON_AA_COMPROMISE: "aa_compromise",
};

/** What a VU has set for all its requests. */
class Callback {
  expected: ExpectedStatuses | undefined = DEFAULT_EXPECTED;
}

const CALLBACK = {};
const newCallback = (): Callback => new Callback();
const callbackOf = (vu: Vu): Callback => vu.slot(CALLBACK, newCallback);

const http: ModuleFactory = (runtime) => {
  const { rt } = runtime;
  /** Sends a request from inside of a blocking function. */
  const request = (method: string, url: unknown, body: unknown, params: unknown): unknown => {
    const { vu } = runtime;
    if (vu.inInit) throw new GoError(IN_INIT);
    let prepared: PreparedRequest;
    try {
      prepared = prepareRequest(runtime, method, { url, body, params }, callbackOf(vu).expected);
    } catch (error) {
      return requests.refused(error);
    }
    requests.warnOfHeaders(prepared);
    return runtime.block(new RequestBlock(requests, prepared));
  };
  const forms = new FormNavigation(runtime, request);
  const requests = new Requests(runtime, new Responses(runtime, forms.methods));

  const withoutBody = (name: string, method: string): unknown =>
    rt.blocking(name, 1, (args) => {
      if (args.length > 2 && !runtime.vu.inInit) warnOfArguments(runtime, name, args.length);
      return request(method, args[0], undefined, args[1]);
    });
  const withBody = (name: string, method: string): unknown =>
    rt.blocking(name, 1, (args) => request(method, args[0], args[1], args[2]));

  const jars = cookieJars(runtime);
  return {
    named: {
      ...CONSTANTS,
      url: rt.fn("url", 1, (args) => makeUrl(runtime, args)),
      CookieJar: jars.jarClass,
      cookieJar: rt.fn("cookieJar", 0, () => jars.ofVu()),
      file: rt.fn("file", 1, (args) => makeFile(runtime, args)),
      get: withoutBody("get", "GET"),
      head: withoutBody("head", "HEAD"),
      post: withBody("post", "POST"),
      put: withBody("put", "PUT"),
      patch: withBody("patch", "PATCH"),
      del: withBody("del", "DELETE"),
      options: withBody("options", "OPTIONS"),
      request: rt.blocking("request", 2, ([method, url, body, params], _self) =>
        request(methodOf(method), url, body, params),
      ),
      asyncRequest: rt.fn("asyncRequest", 2, ([method, url, body, params]) => {
        const { vu } = runtime;
        if (vu.inInit) throw new GoError(IN_INIT);
        const verb = methodOf(method);
        const promise = rt.newPromise();
        let prepared: PreparedRequest;
        try {
          prepared = prepareRequest(runtime, verb, { url, body, params }, callbackOf(vu).expected);
        } catch (error) {
          try {
            rt.resolvePromise(promise, requests.refused(error));
          } catch (refusal) {
            rt.rejectPromise(promise, rt.translate(refusal));
          }
          return promise;
        }
        requests.warnOfHeaders(prepared);
        return sendAsync(requests, prepared);
      }),
      batch: rt.coroutine("batch", 1, function* (args) {
        const { vu } = runtime;
        if (vu.inInit) throw new GoError(BATCH_IN_INIT);
        return yield* batch(requests, vu, args);
      }),
      setResponseCallback: rt.fn("setResponseCallback", 1, (args) => {
        const [given] = args;
        const callback = callbackOf(runtime.vu);
        if (args.length === 0 || given === null) {
          callback.expected = undefined;
          return;
        }
        const expected = expectedBehind(rt, given);
        if (expected === undefined) throw new GoError("unsupported argument, expected http.expectedStatuses");
        callback.expected = expected;
      }),
      expectedStatuses: rt.fn("expectedStatuses", 0, (args) => rt.tie(rt.object(), readExpectedStatuses(args))),
    },
  };
};

/** An argument of Go's type string. */
const methodOf = (given: unknown): string => (given === undefined || given === null ? "" : String(given));

function warnOfArguments(runtime: VuRuntime, name: string, count: number): void {
  runtime.log.log(
    "warning",
    `http.${name} only accepts a url and a params argument (2 arguments), but ${count} were given`,
  );
}

function* batch(requests: Requests, vu: Vu, args: readonly unknown[]): Generator<unknown, unknown, any> {
  const { runtime } = requests;
  const { rt, options, log } = runtime;
  const argument = readBatch(args);
  const { names } = argument;
  const prepared: PreparedRequest[] = [];
  /** What the script gets: responses under their names or places. */
  const shown = (responses: readonly (object | null)[]): unknown => {
    if (names === undefined) return rt.array(responses);
    const byName = rt.object();
    for (const [index, response] of responses.entries()) rt.method(byName, names[index]!, response, true);
    return byName;
  };
  for (const [index, given] of argument.requests.entries()) {
    try {
      prepared.push(prepareBatched(runtime, names?.[index] ?? index, given, callbackOf(vu).expected));
    } catch (error) {
      if (!(error instanceof GoError) || options.throw) throw error;
      log.log("warning", "A batch request failed", { error: error.message });
      const code = error instanceof CodedError ? error.code : 0;
      const responses: (object | null)[] = prepared.map(() => requests.responses.unsent("", 0));
      responses.push(requests.responses.unsent(error.message, code));
      // a list is as long as it was asked for
      if (names === undefined) while (responses.length < argument.requests.length) responses.push(null);
      return shown(responses);
    }
  }
  if (prepared.length === 0) return shown([]);
  for (const each of prepared) requests.warnOfHeaders(each);
  return shown((yield* vu.wait(new BatchBlock(requests, prepared))) as object[]);
}

export default http;
