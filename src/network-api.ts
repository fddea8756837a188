/**
 * The door between a module that scripts can import and the network; see `module-api.ts`.
 *
 * Apart from it because loading the transports costs a thread milliseconds and megabytes.
 */
export { cookieJarOf, jarBehind, type Network, networkOf } from "./vu/network.ts";
export { httpClientOf, httpSessionOf, sendBlocking, takeTraffic } from "./vu/http.ts";
export { type CookieJar, cookieHeader, parseSetCookies } from "./net/cookies.ts";
export { Batch, type BatchEntry } from "./net/batch.ts";
export type { Coding } from "./net/body.ts";
export { MemoryCookieJar, parseExpires, type RequestCookie, type SetCookie } from "./net/cookies.ts";
export type { HttpExchange } from "./net/exchange.ts";
export { canonicalHeaderName, type HeaderList, isToken, type RequestHead, serializeHead } from "./net/headers.ts";
export type { ResponseHead } from "./net/http1-parser.ts";
export type { HttpRequest, HttpResult, PendingRequest } from "./net/request.ts";
export type { Target } from "./net/target.ts";
export { GoUrl, parseUrl, UrlError } from "./net/url.ts";
export type {
  Handshake,
  WebSocketConnection,
  WebSocketEnd,
  WebSocketEvents,
  WebSocketRequest,
} from "./net/websocket.ts";
export { closeErrorText } from "./net/websocket-close.ts";
