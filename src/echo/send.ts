/** Sending with a bound, so that a client that does not read cannot fill the server's memory. */
import type { RawData, WebSocket } from "ws";

/** A client for whom more than this waits is cut off: far above any message of a test, far below what hurts. */
const unsentBytesMax = 128 * 1024 * 1024;

/** Sends, or ends the connection if its reader is too far behind. */
export function sendBounded(socket: WebSocket, data: RawData | string, binary = false): void {
  if (socket.bufferedAmount > unsentBytesMax) socket.terminate();
  else socket.send(data, { binary });
}
