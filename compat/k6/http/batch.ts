/**
 * The argument of `http.batch()`: a list or an object of requests, each as a text, a list or an object.
 *
 * @see k6 docs, javascript-api/k6-http/batch
 */
import { GoError, type VuRuntime } from "../../../src/module-api.ts";
import { goTypeName } from "../go-type.ts";
import type { ExpectedStatuses } from "./expected-statuses.ts";
import { goSyntax, goText } from "./go-text.ts";
import { type PreparedRequest, prepareRequest } from "./params.ts";

/** Names in the order of the requests; undefined for a list. */
export interface BatchArgument {
  names: string[] | undefined;
  requests: unknown[];
}

/**
 * Takes the argument apart.
 *
 * @throws {GoError} If it is neither a list nor an object.
 */
export function readBatch(args: readonly unknown[]): BatchArgument {
  if (args.length === 0) throw new GoError("no argument was provided to http.batch()");
  if (args.length > 1) throw new GoError("http.batch() accepts only an array or an object of requests");
  const [given] = args;
  if (Array.isArray(given)) return { names: undefined, requests: [...given] };
  const type = goTypeName(given);
  if (type !== "map[string]interface {}") throw new GoError(`invalid http.batch() argument type ${type}`);
  const names = Object.keys(given as object);
  return { names, requests: names.map((name) => (given as Record<string, unknown>)[name]) };
}

/**
 * Reads one request of a batch.
 *
 * @param key Its index or name.
 */
export function prepareBatched(
  runtime: VuRuntime,
  key: number | string,
  given: unknown,
  expected: ExpectedStatuses | undefined,
): PreparedRequest {
  if (Array.isArray(given)) {
    if (given.length < 2) throw new GoError(`invalid batch request '${goSyntax(given)}'`);
    const [method, url, body, params] = given;
    if (typeof method !== "string") throw new GoError(`invalid method type '${goSyntax(method)}'`);
    return prepareRequest(runtime, method, { url, body, params }, expected);
  }
  const isPlain = goTypeName(given) === "map[string]interface {}" && runtime.rt.stateOf(given) === undefined;
  if (!isPlain) return prepareRequest(runtime, "GET", { url: given, body: undefined, params: undefined }, expected);
  const request = given as Record<string, unknown>;
  if (!("url" in request)) throw new GoError(`batch request ${goText(key)} doesn't have a url key`);
  let { method = "GET", body } = request;
  if (typeof method !== "string") throw new GoError(`invalid method type '${goSyntax(method)}'`);
  method = method.toUpperCase();
  if (method === "GET" || method === "HEAD") body = undefined;
  return prepareRequest(runtime, method as string, { url: request["url"], body, params: request["params"] }, expected);
}
