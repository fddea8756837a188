/** What `ws.connect` returns: the answer to the handshake, or why there was none. */
import type { Realm } from "../../../src/module-api.ts";
import { canonicalHeaderName, type Handshake } from "../../../src/websocket-api.ts";

/** @see k6 docs, javascript-api/k6-http/response; of it k6 fills in these members only. */
export function responseOf(
  rt: Realm,
  init: { url: string; handshake: Handshake | undefined; error: string },
): Record<string, unknown> {
  const { url, handshake, error } = init;
  const headers = rt.object() as Record<string, string>;
  for (const [name, value] of handshake?.headers ?? []) {
    const canonical = canonicalHeaderName(name);
    headers[canonical] = Object.hasOwn(headers, canonical) ? `${headers[canonical]}, ${value}` : value;
  }
  const response = rt.object() as Record<string, unknown>;
  response["url"] = url;
  response["status"] = handshake?.status ?? 0;
  response["headers"] = headers;
  response["body"] = handshake?.body ?? "";
  response["error"] = error;
  return response;
}
