/**
 * Close codes, and what k6's client says of them.
 *
 * RFC 6455, section 7.4; texts and the set of codes that a server may send are those of gorilla/websocket 1.5.3.
 */

export const CloseCode = {
  Normal: 1000,
  GoingAway: 1001,
  ProtocolError: 1002,
  NoStatus: 1005,
  Abnormal: 1006,
} as const;

const NAMES: Record<number, string> = {
  1000: "normal",
  1001: "going away",
  1002: "protocol error",
  1003: "unsupported data",
  1005: "no status",
  1006: "abnormal closure",
  1007: "invalid payload data",
  1008: "policy violation",
  1009: "message too big",
  1010: "mandatory extension missing",
  1011: "internal server error",
  1015: "TLS handshake error",
};

/** `websocket: close 1006 (abnormal closure): unexpected EOF` */
export function closeErrorText(code: number, reason: string): string {
  const name = NAMES[code];
  return `websocket: close ${code}${name ? ` (${name})` : ""}${reason === "" ? "" : `: ${reason}`}`;
}

/** A code that a close frame may carry; gorilla refuses others as a violation of the protocol. */
export function isValidReceivedCode(code: number): boolean {
  if (code === CloseCode.NoStatus) return true; // What a frame without a code is reported as.
  return (code >= 1000 && code <= 1013 && code !== 1004 && code !== 1006) || (code >= 3000 && code <= 4999);
}
