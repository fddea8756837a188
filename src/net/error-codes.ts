/**
 * Failures of the network in k6's words: what Go would have said, k6's short form of it, and k6's number.
 *
 * Every failure has three faces. `text` is the whole sentence that Go's packages produce (it appears in the log, after
 * `Get "http://...": `, and in exceptions). `error` is what k6 keeps of it for `res.error` and the tag `error`.
 * `errorCode` is the number for `res.error_code`. The functions of this file are the only place that turns an error of
 * the runtime (Node's codes, OpenSSL's reasons) into these.
 *
 * Behaviour: k6 docs, "Error codes"; texts are those that k6 v2.2.0 was seen to print.
 */

/** The numbers, by meaning. HTTP statuses of 400 and above are 1000 + status. */
export const ErrorCode = {
  Generic: 1000,
  NonTcp: 1010,
  InvalidUrl: 1020,
  RequestTimeout: 1050,
  Dns: 1100,
  DnsNoSuchHost: 1101,
  BlockedIp: 1110,
  BlockedHostname: 1111,
  Tcp: 1200,
  TcpBrokenPipe: 1201,
  TcpUnknownErrno: 1202,
  TcpDial: 1210,
  TcpDialTimeout: 1211,
  TcpDialRefused: 1212,
  TcpDialUnknownErrno: 1213,
  TcpReset: 1220,
  Tls: 1300,
  TlsHeader: 1301,
  X509UnknownAuthority: 1310,
  X509Hostname: 1311,
  Http2: 1600,
  Http2GoAwayUnknown: 1610,
  Http2StreamUnknown: 1630,
  Http2ConnectionUnknown: 1650,
  Decompression: 1701,
} as const;

/** `error_code` of a response that arrived: 0 below 400. */
export function errorCodeForStatus(status: number): number {
  return status >= 400 ? 1000 + status : 0;
}

/** Something that went wrong on the way to an answer. */
export interface Failure {
  readonly errorCode: number;
  /** k6's text: `res.error`, tag `error`. */
  readonly error: string;
  /** Go's whole text, without the `Get "url": ` that the HTTP client puts before it. */
  readonly text: string;
  /** Go would have put no `Get "url": ` before the text, because the answer's head had already arrived. */
  readonly bare?: boolean;
}

/** A failure that k6 passes on as it is, with code 1000. */
export function genericFailure(text: string): Failure {
  return { errorCode: ErrorCode.Generic, error: text, text };
}

/** A failure of an answer's body: its text stands alone in the log. */
export function bodyFailure(text: string): Failure {
  return { errorCode: ErrorCode.Generic, error: text, text, bare: true };
}

export const requestTimeoutFailure: Failure = {
  errorCode: ErrorCode.RequestTimeout,
  error: "request timeout",
  text: "request timeout",
};

export const dialTimeoutFailure: Failure = {
  errorCode: ErrorCode.TcpDialTimeout,
  error: "dial: i/o timeout",
  text: "dial: i/o timeout",
};

/** The script's URL could not be parsed; `reason` is the parser's, e.g. `parse "http://%zz/": invalid URL escape "%zz"`. */
export function invalidUrlFailure(reason: string): Failure {
  const text = `invalid URL: ${reason}`;
  return { errorCode: ErrorCode.InvalidUrl, error: text, text };
}

export function blockedIpFailure(blocked: { ip: string; range: string }): Failure {
  return {
    errorCode: ErrorCode.BlockedIp,
    error: "ip is blacklisted",
    text: `IP (${blocked.ip}) is in a blacklisted range (${blocked.range})`,
  };
}

export function blockedHostnameFailure(blocked: { hostname: string; pattern: string }): Failure {
  return {
    errorCode: ErrorCode.BlockedHostname,
    error: "hostname is blocked",
    text: `hostname (${blocked.hostname}) is in a blocked pattern (${blocked.pattern})`,
  };
}

/** A body whose content coding does not hold what it promises; `reason` e.g. `gzip: invalid header`. */
export function decompressionFailure(reason: string, nested: boolean): Failure {
  const text = `error decompressing response body (${reason})`;
  // k6 wraps once more on the way to its metrics when the decoder refused at its very first bytes.
  const error = nested ? `error decompressing response body (${text})` : text;
  return { errorCode: ErrorCode.Decompression, error, text, bare: true };
}

interface SystemError {
  code?: unknown;
  errno?: unknown;
  message?: unknown;
  syscall?: unknown;
}

function systemError(error: unknown): { code: string; message: string; errno: number } {
  const e = (typeof error === "object" && error !== null ? error : {}) as SystemError;
  return {
    code: typeof e.code === "string" ? e.code : "",
    message: typeof e.message === "string" ? e.message : String(error),
    errno: typeof e.errno === "number" ? Math.abs(e.errno) : 0,
  };
}

/** The sentences of strerror(3) as Go prints them, for the errors that a socket can meet. */
const STRERROR: Record<string, readonly [errno: number, text: string]> = {
  EPERM: [1, "operation not permitted"],
  EINTR: [4, "interrupted system call"],
  EIO: [5, "input/output error"],
  EAGAIN: [11, "resource temporarily unavailable"],
  ENOMEM: [12, "cannot allocate memory"],
  EACCES: [13, "permission denied"],
  EINVAL: [22, "invalid argument"],
  ENFILE: [23, "too many open files in system"],
  EMFILE: [24, "too many open files"],
  EPIPE: [32, "broken pipe"],
  EPROTO: [71, "protocol error"],
  EMSGSIZE: [90, "message too long"],
  EAFNOSUPPORT: [97, "address family not supported by protocol"],
  EADDRINUSE: [98, "address already in use"],
  EADDRNOTAVAIL: [99, "cannot assign requested address"],
  ENETDOWN: [100, "network is down"],
  ENETUNREACH: [101, "network is unreachable"],
  ENETRESET: [102, "network dropped connection on reset"],
  ECONNABORTED: [103, "software caused connection abort"],
  ECONNRESET: [104, "connection reset by peer"],
  ENOBUFS: [105, "no buffer space available"],
  ENOTCONN: [107, "transport endpoint is not connected"],
  ETIMEDOUT: [110, "connection timed out"],
  ECONNREFUSED: [111, "connection refused"],
  EHOSTDOWN: [112, "host is down"],
  EHOSTUNREACH: [113, "no route to host"],
};

function strerror(error: { code: string; message: string; errno: number }): { errno: number; text: string } {
  const known = STRERROR[error.code];
  return known ? { errno: known[0], text: known[1] } : { errno: error.errno, text: error.message };
}

/** @param at The name server, as it follows the name in Go's text. */
export function noSuchHostFailure(host: string, at = ""): Failure {
  return {
    errorCode: ErrorCode.DnsNoSuchHost,
    error: "lookup: no such host",
    text: `lookup ${host}${at}: no such host`,
  };
}

/**
 * A lookup that failed.
 *
 * @param host The name as it was asked for.
 * @param error What `dns.lookup` reported; its code decides between "no such host" and a failure of the name server.
 * @param server Address of the name server as `ip:port`, which Go names; empty if none is known.
 */
export function lookupFailure(host: string, error: unknown, server = ""): Failure {
  const { code, message } = systemError(error);
  const at = server === "" ? "" : ` on ${server}`;
  if (code === "ENOTFOUND" || code === "ENODATA" || code === "DNS_ENOTFOUND" || code === "DNS_ENODATA") {
    return noSuchHostFailure(host, at);
  }
  const reason = /EAI_AGAIN|ETIMEOUT|ESERVFAIL/.test(code) ? "server misbehaving" : message;
  const text = `lookup ${host}${at}: ${reason}`;
  return { errorCode: ErrorCode.Dns, error: text, text };
}

/**
 * A TCP connection that could not be opened.
 *
 * @param error The socket's error.
 * @param target Address that was dialled, IPv6 without brackets.
 */
export function dialFailure(error: unknown, target: { ip: string; port: number; localIp?: string }): Failure {
  const system = systemError(error);
  if (system.code === "ETIMEDOUT") return dialTimeoutFailure;
  const { errno, text: reason } = strerror(system);
  const source = target.localIp ? `${joinHostPort(target.localIp, 0)}->` : "";
  const call = system.code === "EADDRNOTAVAIL" && source !== "" ? "bind" : "connect";
  const text = `dial tcp ${source}${joinHostPort(target.ip, target.port)}: ${call}: ${reason}`;
  if (system.code === "ECONNREFUSED") {
    return { errorCode: ErrorCode.TcpDialRefused, error: "dial: connection refused", text };
  }
  if (system.code === "ECONNRESET") {
    return { errorCode: ErrorCode.TcpReset, error: "dial: connection reset by peer", text };
  }
  return {
    errorCode: ErrorCode.TcpDialUnknownErrno,
    error: `dial: unknown errno ${errno} error with msg \`${reason}\``,
    text,
  };
}

/** An address to dial from that is of the other family than the one to dial. */
export function unsuitableLocalIpFailure(localIp: string): Failure {
  const text = `dial tcp: address ${joinHostPort(localIp, 0)}: no suitable address found`;
  return { errorCode: ErrorCode.TcpDial, error: text, text };
}

/** A port outside of 1 to 65535 in the URL. */
export function invalidPortFailure(port: number): Failure {
  const text = `dial tcp: address ${port}: invalid port`;
  return { errorCode: ErrorCode.TcpDial, error: text, text };
}

/** The two ends of a connection as `ip:port`, for Go's texts. */
export interface Ends {
  local: string;
  remote: string;
}

/** A connection that failed while it was read from or written to. */
export function ioFailure(op: "read" | "write", error: unknown, ends: Ends): Failure {
  const system = systemError(error);
  const { errno, text: reason } = strerror(system);
  const text = `${op} tcp ${ends.local}->${ends.remote}: ${op}: ${reason}`;
  if (system.code === "ECONNRESET") {
    return { errorCode: ErrorCode.TcpReset, error: `${op}: connection reset by peer`, text };
  }
  if (system.code === "EPIPE") return { errorCode: ErrorCode.TcpBrokenPipe, error: `${op}: broken pipe`, text };
  if (STRERROR[system.code]) return { errorCode: ErrorCode.Tcp, error: text, text };
  return {
    errorCode: ErrorCode.TcpUnknownErrno,
    error: `${op}: unknown errno \`${errno}\` on ${process.platform} with message \`${reason}\``,
    text,
  };
}

/** OpenSSL's and BoringSSL's names of the alerts that a peer can send, with Go's texts for them. */
const ALERTS: readonly (readonly [RegExp, string])[] = [
  [/ALERT_UNEXPECTED_MESSAGE/, "unexpected message"],
  [/ALERT_BAD_RECORD_MAC/, "bad record MAC"],
  [/ALERT_RECORD_OVERFLOW/, "record overflow"],
  [/ALERT_HANDSHAKE_FAILURE|SSLV3_ALERT_HANDSHAKE_FAILURE/, "handshake failure"],
  [/ALERT_NO_CERTIFICATE/, "no certificate"],
  [/ALERT_UNSUPPORTED_CERTIFICATE/, "unsupported certificate"],
  [/ALERT_CERTIFICATE_REVOKED/, "revoked certificate"],
  [/ALERT_CERTIFICATE_EXPIRED/, "expired certificate"],
  [/ALERT_CERTIFICATE_UNKNOWN/, "unknown certificate"],
  [/ALERT_BAD_CERTIFICATE/, "bad certificate"],
  [/ALERT_ILLEGAL_PARAMETER/, "illegal parameter"],
  [/ALERT_UNKNOWN_CA/, "unknown certificate authority"],
  [/ALERT_ACCESS_DENIED/, "access denied"],
  [/ALERT_DECODE_ERROR/, "error decoding message"],
  [/ALERT_DECRYPT_ERROR/, "error decrypting message"],
  [/ALERT_PROTOCOL_VERSION/, "protocol version not supported"],
  [/ALERT_INSUFFICIENT_SECURITY/, "insufficient security level"],
  [/ALERT_INTERNAL_ERROR/, "internal error"],
  [/ALERT_INAPPROPRIATE_FALLBACK/, "inappropriate fallback"],
  [/ALERT_USER_CANCEL/, "user canceled"],
  [/ALERT_NO_RENEGOTIATION/, "no renegotiation"],
  [/ALERT_MISSING_EXTENSION/, "missing extension"],
  [/ALERT_UNSUPPORTED_EXTENSION/, "unsupported extension"],
  [/ALERT_UNRECOGNIZED_NAME/, "unrecognized name"],
  [/ALERT_CERTIFICATE_REQUIRED/, "certificate required"],
  [/ALERT_NO_APPLICATION_PROTOCOL/, "no application protocol"],
];

/** The peer's first bytes are no TLS. The HTTP client says more if they look like HTTP; the metrics do not. */
const NOT_TLS = "tls: first record does not look like a TLS handshake";

/**
 * A TLS handshake that failed for another reason than the peer's certificate, or a TLS connection that broke.
 *
 * @param error The TLS socket's error.
 */
export function tlsFailure(error: unknown, ends: Ends): Failure {
  const system = systemError(error);
  const said = `${system.code} ${system.message}`;
  if (/disconnected before secure TLS/.test(system.message)) return genericFailure("EOF");
  if (/HTTP_REQUEST|HTTPS_PROXY_REQUEST/.test(said)) {
    return { errorCode: ErrorCode.TlsHeader, error: NOT_TLS, text: "http: server gave HTTP response to HTTPS client" };
  }
  if (/WRONG_VERSION_NUMBER|wrong version number|UNKNOWN_PROTOCOL|PACKET_LENGTH_TOO_LONG/.test(said)) {
    return { errorCode: ErrorCode.TlsHeader, error: NOT_TLS, text: NOT_TLS };
  }
  for (const [pattern, reason] of ALERTS) {
    if (pattern.test(said)) {
      const text = `remote error: tls: ${reason}`;
      return { errorCode: ErrorCode.NonTcp, error: text, text };
    }
  }
  if (/UNSUPPORTED_PROTOCOL|NO_SUPPORTED_VERSIONS|NO_PROTOCOLS_AVAILABLE/.test(said)) {
    return genericFailure("tls: server selected unsupported protocol version");
  }
  if (STRERROR[system.code]) return ioFailure(system.code === "EPIPE" ? "write" : "read", error, ends);
  return genericFailure(`tls: ${system.message}`);
}

const VERIFY = "tls: failed to verify certificate: ";

export function unknownAuthorityFailure(): Failure {
  return {
    errorCode: ErrorCode.X509UnknownAuthority,
    error: "x509: unknown authority",
    text: `${VERIFY}x509: certificate signed by unknown authority`,
  };
}

/** @param reason Go's sentence, e.g. `x509: certificate is valid for a.test, not b.test`. */
export function certificateHostFailure(reason: string): Failure {
  return {
    errorCode: ErrorCode.X509Hostname,
    error: "x509: certificate doesn't match hostname",
    text: `${VERIFY}${reason}`,
  };
}

/** A certificate that is wrong in itself (expired, not for servers...); `reason` begins with `x509: `. */
export function certificateFailure(reason: string): Failure {
  return { errorCode: ErrorCode.Generic, error: reason, text: `${VERIFY}${reason}` };
}

/** RFC 9113, section 7, in numeric order. */
const HTTP2_ERRORS = [
  "NO_ERROR",
  "PROTOCOL_ERROR",
  "INTERNAL_ERROR",
  "FLOW_CONTROL_ERROR",
  "SETTINGS_TIMEOUT",
  "STREAM_CLOSED",
  "FRAME_SIZE_ERROR",
  "REFUSED_STREAM",
  "CANCEL",
  "COMPRESSION_ERROR",
  "CONNECT_ERROR",
  "ENHANCE_YOUR_CALM",
  "INADEQUATE_SECURITY",
  "HTTP_1_1_REQUIRED",
] as const;

export function http2ErrorName(code: number): string {
  return HTTP2_ERRORS[code] ?? `unknown error code 0x${code.toString(16)}`;
}

function http2Code(base: number, code: number): number {
  return code < HTTP2_ERRORS.length ? base + 1 + code : base;
}

/** The peer reset the stream (or we did, for an error of the peer's). */
export function http2StreamFailure(reset: { streamId: number; code: number; remote: boolean }): Failure {
  const name = http2ErrorName(reset.code);
  return {
    errorCode: http2Code(ErrorCode.Http2StreamUnknown, reset.code),
    error: `http2: stream error with http2 ErrCode ${name}`,
    text: `stream error: stream ID ${reset.streamId}; ${name}${reset.remote ? "; received from peer" : ""}`,
  };
}

export function http2ConnectionFailure(code: number): Failure {
  const name = http2ErrorName(code);
  return {
    errorCode: http2Code(ErrorCode.Http2ConnectionUnknown, code),
    error: `http2: connection error with http2 ErrCode ${name}`,
    text: `connection error: ${name}`,
  };
}

export function http2GoAwayFailure(goAway: { lastStreamId: number; code: number; debug: string }): Failure {
  const name = http2ErrorName(goAway.code);
  return {
    errorCode: http2Code(ErrorCode.Http2GoAwayUnknown, goAway.code),
    error: `http2: received GoAway with http2 ErrCode ${name}`,
    text:
      "http2: server sent GOAWAY and closed the connection; " +
      `LastStreamID=${goAway.lastStreamId}, ErrCode=${name}, debug=${quote(goAway.debug)}`,
  };
}

/** `host:port`, with brackets around an IPv6 address. */
export function joinHostPort(host: string, port: number | string): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** A string in Go's `%q` form, for texts that quote what came over the wire. */
export function quote(text: string): string {
  let out = '"';
  for (const char of text) {
    const code = char.codePointAt(0)!;
    if (char === '"' || char === "\\") out += `\\${char}`;
    else if (code >= 0x20 && code < 0x7f) out += char;
    else if (char === "\n") out += "\\n";
    else if (char === "\r") out += "\\r";
    else if (char === "\t") out += "\\t";
    else if (code === 7) out += "\\a";
    else if (code === 8) out += "\\b";
    else if (code === 11) out += "\\v";
    else if (code === 12) out += "\\f";
    else if (code < 0x20 || code === 0x7f) out += `\\x${code.toString(16).padStart(2, "0")}`;
    else if (code < 0xa0) out += `\\u${code.toString(16).padStart(4, "0")}`;
    else out += char;
  }
  return `${out}"`;
}
