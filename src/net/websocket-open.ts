/**
 * The choice between the members of `WebSocketConnection`, connection by connection.
 *
 * Without an order from outside, the runtime's own WebSocket is taken wherever it can do the job (`whatwgLacks`), the `ws`
 * package everywhere else. SIXFOLD_WS forces one of them; the value is handed in, the environment is the host's.
 */
import { UserError } from "../base/errors.ts";
import { ExitCode } from "../base/exit-codes.ts";
import { refuseRequest } from "./websocket-handshake.ts";
import { rehearse } from "./websocket-rehearsal.ts";
import { openWhatwg, whatwgLacks } from "./websocket-whatwg.ts";
import { openWs } from "./websocket-ws.ts";
import type { OpenWebSocket, WebSocketConnection, WebSocketEvents, WebSocketRequest } from "./websocket.ts";

/**
 * Makes the function that opens connections.
 *
 * @param forced Value of SIXFOLD_WS; `undefined` or empty leaves the choice to each request.
 * @throws {UserError} If the value is none of the transports, or names one that this runtime has not.
 */
export function webSocketOpener(forced?: string): OpenWebSocket {
  if (forced === undefined || forced === "")
    return chosen((request) => (whatwgLacks(request) === undefined ? openWhatwg : openWs));
  if (forced === "ws") return chosen(() => openWs);
  if (forced !== "whatwg") {
    throw new UserError("websocket-transport", {
      message: `Cannot use the WebSocket transport "${forced}" of SIXFOLD_WS: there is none of this name`,
      hint: `Use "whatwg" (the runtime's own WebSocket) or "ws" (the ws package), or leave SIXFOLD_WS out`,
      exitCode: ExitCode.InvalidConfig,
    });
  }
  if (!("Bun" in globalThis)) {
    throw new UserError("websocket-transport", {
      message: `Cannot use the WebSocket transport "whatwg" of SIXFOLD_WS: this runtime's WebSocket tells too little of a connection`,
      hint: `Leave SIXFOLD_WS out, or set it to "ws"`,
      exitCode: ExitCode.InvalidConfig,
    });
  }
  return chosen(() => openWhatwg);
}

/** Opens with the default choice. */
export const openWebSocket: OpenWebSocket = webSocketOpener();

/** Over when opening is as fast as it will be; undefined where it is from the start. */
export const webSocketsReady: Promise<void> | undefined = "Bun" in globalThis ? undefined : rehearse(openWs);

/** What k6 refuses before it dials is refused here, once for all members. */
function chosen(member: (request: WebSocketRequest) => OpenWebSocket): OpenWebSocket {
  return (request, events) => {
    const refusal = refuseRequest(request);
    return refusal === undefined ? member(request)(request, events) : refusedConnection(refusal, events);
  };
}

/** A connection that failed before it began. */
function refusedConnection(error: string, events: WebSocketEvents): WebSocketConnection {
  const atMs = performance.now();
  setImmediate(() => events.onClose({ atMs, code: 1006, reason: "", closeFrameReceived: false, error }));
  const nothing = () => undefined;
  return {
    remoteAddress: "",
    bufferedBytes: 0,
    bytesSent: 0,
    bytesReceived: 0,
    send: nothing,
    ping: nothing,
    close: nothing,
    terminate: nothing,
  };
}
