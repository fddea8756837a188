/**
 * From moments to k6's timings. Arithmetic only: no clock, no socket.
 *
 * Stamps are monotonic milliseconds, 0 where the moment never came. A reused connection has no connect and no handshake;
 * what waiting for a connection cost (lookup and dial included) is `blocked`. `duration` is sending, waiting and receiving.
 *
 * Behaviour: k6 docs, "HTTP-specific built-in metrics".
 */

/** The moments of one request on the wire. */
export class Stamps {
  /** A connection was asked for. */
  getConnection = 0;
  connectStart = 0;
  connectDone = 0;
  tlsStart = 0;
  tlsDone = 0;
  gotConnection = 0;
  wroteRequest = 0;
  firstByte = 0;

  restart(nowMs: number): void {
    this.getConnection = nowMs;
    this.connectStart = 0;
    this.connectDone = 0;
    this.tlsStart = 0;
    this.tlsDone = 0;
    this.gotConnection = 0;
    this.wroteRequest = 0;
    this.firstByte = 0;
  }
}

/** Milliseconds. */
export interface Timings {
  duration: number;
  blocked: number;
  connecting: number;
  tlsHandshaking: number;
  sending: number;
  waiting: number;
  receiving: number;
}

/** @param endMs When the last byte of the answer arrived, or when it was given up. */
export function computeTimings(stamps: Stamps, endMs: number): Timings {
  const { getConnection, connectStart, connectDone, tlsStart, tlsDone, gotConnection, wroteRequest, firstByte } =
    stamps;
  const blocked = gotConnection > getConnection ? gotConnection - getConnection : 0;
  const connecting = connectDone !== 0 ? connectDone - connectStart : 0;
  const tlsHandshaking = tlsDone !== 0 ? tlsDone - tlsStart : 0;
  let sending = 0;
  let waiting = 0;
  let receiving = 0;
  if (wroteRequest !== 0) {
    sending = wroteRequest - gotConnection;
    if (firstByte === 0) waiting = endMs - wroteRequest;
    else if (firstByte > wroteRequest) waiting = firstByte - wroteRequest;
  }
  if (firstByte !== 0) receiving = endMs - firstByte;
  return { duration: sending + waiting + receiving, blocked, connecting, tlsHandshaking, sending, waiting, receiving };
}
