import { describe, expect, test } from "bun:test";
import {
  dialFailure,
  errorCodeForStatus,
  http2ConnectionFailure,
  http2GoAwayFailure,
  http2StreamFailure,
  ioFailure,
  joinHostPort,
  quote,
  tlsFailure,
} from "../../src/net/error-codes.ts";

const systemError = (code: string, message = code) => Object.assign(new Error(message), { code });
const ends = { local: "127.0.0.1:5", remote: "127.0.0.1:6" };

describe("failures of a connection", () => {
  test.each([
    ["ECONNREFUSED", 1212, "dial: connection refused", "dial tcp 10.0.0.1:80: connect: connection refused"],
    ["ETIMEDOUT", 1211, "dial: i/o timeout", "dial: i/o timeout"],
    [
      "EHOSTUNREACH",
      1213,
      "dial: unknown errno 113 error with msg `no route to host`",
      "dial tcp 10.0.0.1:80: connect: no route to host",
    ],
    [
      "ENETUNREACH",
      1213,
      "dial: unknown errno 101 error with msg `network is unreachable`",
      "dial tcp 10.0.0.1:80: connect: network is unreachable",
    ],
    ["ECONNRESET", 1220, "dial: connection reset by peer", "dial tcp 10.0.0.1:80: connect: connection reset by peer"],
  ])("dial: %s", (code, errorCode, error, text) => {
    expect(dialFailure(systemError(code), { ip: "10.0.0.1", port: 80 })).toEqual({ errorCode, error, text });
  });

  test.each([
    ["read", "ECONNRESET", 1220, "read: connection reset by peer"],
    ["write", "EPIPE", 1201, "write: broken pipe"],
    ["read", "ENETDOWN", 1200, "read tcp 127.0.0.1:5->127.0.0.1:6: read: network is down"],
  ] as const)("%s: %s", (op, code, errorCode, error) => {
    expect(ioFailure(op, systemError(code), ends)).toMatchObject({ errorCode, error });
  });

  test("TLS: alerts, plain text, the end", () => {
    expect(tlsFailure(systemError("ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE"), ends)).toMatchObject({
      errorCode: 1010,
      error: "remote error: tls: handshake failure",
    });
    expect(tlsFailure(systemError("ERR_SSL_TLSV1_ALERT_UNKNOWN_CA"), ends).error).toBe(
      "remote error: tls: unknown certificate authority",
    );
    expect(tlsFailure(systemError("ERR_SSL_WRONG_VERSION_NUMBER"), ends)).toMatchObject({ errorCode: 1301 });
    expect(
      tlsFailure(
        systemError("ECONNRESET", "Client network socket disconnected before secure TLS connection was established"),
        ends,
      ).error,
    ).toBe("EOF");
    expect(tlsFailure(systemError("ECONNRESET", "read ECONNRESET"), ends).errorCode).toBe(1220);
  });
});

test("HTTP/2 errors have a code each, and one for the unknown", () => {
  expect(http2StreamFailure({ streamId: 3, code: 1, remote: true })).toEqual({
    errorCode: 1632,
    error: "http2: stream error with http2 ErrCode PROTOCOL_ERROR",
    text: "stream error: stream ID 3; PROTOCOL_ERROR; received from peer",
  });
  expect(http2StreamFailure({ streamId: 3, code: 0x77, remote: false })).toMatchObject({
    errorCode: 1630,
    error: "http2: stream error with http2 ErrCode unknown error code 0x77",
  });
  expect(http2ConnectionFailure(13)).toMatchObject({ errorCode: 1664, text: "connection error: HTTP_1_1_REQUIRED" });
  expect(http2GoAwayFailure({ lastStreamId: 5, code: 0, debug: 'a"b' })).toMatchObject({
    errorCode: 1611,
    text: 'http2: server sent GOAWAY and closed the connection; LastStreamID=5, ErrCode=NO_ERROR, debug="a\\"b"',
  });
});

test("a status of 400 and above is 1000 more", () => {
  expect([200, 399, 400, 404, 503].map(errorCodeForStatus)).toEqual([0, 0, 1400, 1404, 1503]);
});

test("Go's quoting and joining", () => {
  expect(quote('a"b\\\n\x01ü\u0085')).toBe('"a\\"b\\\\\\n\\x01ü\\u0085"');
  expect([joinHostPort("::1", 80), joinHostPort("a", 1)]).toEqual(["[::1]:80", "a:1"]);
});
