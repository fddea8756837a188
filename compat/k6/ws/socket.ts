/**
 * The socket that the set-up function of `ws.connect` is given.
 *
 * Its methods belong to it and not to a prototype, because scripts call them by themselves:
 * `socket.setTimeout(socket.close, 1000)`. Those that call handlers back may block.
 *
 * @see k6 docs, javascript-api/k6-ws/socket
 */
import { GoError, isArrayBuffer, type VuRuntime } from "../../../src/module-api.ts";
import { numberOf } from "../primitive.ts";
import { goString } from "../websockets/go-value.ts";
import type { Session } from "./session.ts";
import { SessionTimer } from "./session-timer.ts";

const GOING_AWAY = 1001;

export function createSocket(runtime: VuRuntime, session: Session): object {
  const { rt } = runtime;
  const socket = rt.object();
  const add = (method: { name: string }): void => rt.method(socket, method.name, method, true);
  const timer = (name: "setTimeout" | "setInterval"): void =>
    add(rt.fn(name, 2, (args) => addTimer(runtime, session, { name, args })));

  // By name, as k6 shows them.
  add(rt.mixed("close", 1, (args) => session.close(args.length > 0 ? closeCode(args[0]) : GOING_AWAY)));
  add(
    rt.fn("on", 2, (args) => {
      if (typeof args[1] === "function") session.on(goString(args[0]), args[1]);
    }),
  );
  add(rt.mixed("ping", 0, () => session.ping()));
  add(rt.mixed("send", 1, (args) => session.send(goString(args[0]))));
  add(rt.mixed("sendBinary", 1, (args) => session.send(binary(args))));
  timer("setInterval");
  timer("setTimeout");
  return socket;
}

/** What is no number counts as 0. */
const closeCode = (given: unknown): number => Math.trunc(numberOf(given)) || 0;

function binary(args: unknown[]): Uint8Array<ArrayBuffer> {
  if (args.length === 0) throw new GoError("missing argument, expected ArrayBuffer");
  const [data] = args;
  if (isArrayBuffer(data)) return new Uint8Array(data);
  const name = data === undefined || data === null ? String(data) : Object(data).constructor?.name;
  throw new GoError(`expected ArrayBuffer as argument, received: ${name}`);
}

/** Go's text of a number with two digits. */
const twoDigits = (ms: number): string => {
  if (Number.isFinite(ms)) return Object.is(ms, -0) ? "-0.00" : ms.toFixed(2);
  return Number.isNaN(ms) ? "NaN" : ms > 0 ? "+Inf" : "-Inf";
};

const NANOSECONDS_PER_MS = 1e6;

function addTimer(
  runtime: VuRuntime,
  session: Session,
  { name, args }: { name: "setTimeout" | "setInterval"; args: unknown[] },
): void {
  const [callback, delay] = args;
  if (callback !== undefined && callback !== null && typeof callback !== "function") {
    throw new TypeError(
      `could not convert function call parameter 0: could not convert ${String(callback)} to sobek.Callable`,
    );
  }
  const ms = delay === undefined ? 0 : numberOf(delay);
  // k6 counts in whole nanoseconds; what is more than they can hold is none.
  if (!(Math.trunc(ms * NANOSECONDS_PER_MS) > 0) || ms === Number.POSITIVE_INFINITY) {
    throw new GoError(`${name} requires a >0 timeout parameter, received ${twoDigits(ms)}`);
  }
  session.addTimer(new SessionTimer(runtime, session, { callback, ms, repeats: name === "setInterval" }));
}
