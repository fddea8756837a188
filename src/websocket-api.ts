/**
 * The door between the WebSocket modules and the network; see `module-api.ts`.
 *
 * Apart from `network-api.ts`, so that a script with nothing but sockets loads no HTTP client.
 */
export { type CookieJar, cookieHeader, parseSetCookies } from "./net/cookies.ts";
export { canonicalHeaderName } from "./net/headers.ts";
export { RemoteConnection, type RemoteResolving, type RemoteWebSocketAnswer } from "./net/remote-websocket.ts";
export { GoUrl, parseUrl, UrlError } from "./net/url.ts";
export type {
  Handshake,
  WebSocketConnection,
  WebSocketEnd,
  WebSocketEvents,
  WebSocketRequest,
} from "./net/websocket.ts";
export { closeErrorText } from "./net/websocket-close.ts";
export { cookieJarOf, jarBehind, madeCookieJarOf, networkOf, webSocketsReady } from "./vu/network.ts";
