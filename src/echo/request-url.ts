/** The URL of a request, of which only path and query are meaningful. */
import type { IncomingMessage } from "node:http";

/** Parses the request's target; undefined if it is none that a URL can hold, like `//`. */
export function requestUrl(request: IncomingMessage): URL | undefined {
  return URL.parse(request.url ?? "/", "http://echo") ?? undefined;
}
