/**
 * Events as scripts see them: plain objects whose members cannot be written.
 *
 * Made in the realm, by one function for each kind: an event is made for every message (bench row ws-pingpong), and
 * defining five properties from one reused descriptor costs 0.15 us, half of what a class with private state would.
 *
 * @see k6 docs, javascript-api/k6-websockets, "Events"
 */

/** Types of events, by the index under which a socket keeps its listeners. */
export const EVENT_TYPES = ["open", "message", "error", "close", "ping", "pong"] as const;
export const OPEN = 0;
export const MESSAGE = 1;
export const ERROR = 2;
export const CLOSE = 3;
export const PING = 4;
export const PONG = 5;

/** The order in which k6 gives a socket its `on...` properties. */
export const HANDLER_ORDER = [MESSAGE, ERROR, OPEN, CLOSE, PING, PONG];

/** Makes events; `timestamp` is milliseconds since the epoch. */
export interface EventMaker {
  plain(type: string, target: object, timestamp: number): object;
  message(target: object, timestamp: number, data: unknown, origin: string): object;
  /** @param code 0 for none. */
  close(target: object, timestamp: number, code: number, reason: string): object;
  error(target: object, timestamp: number, error: string): object;
  /** Adds what `JSON.stringify` and `Object.keys` do not show. */
  addHidden(event: object, name: string, value: unknown): void;
}

/**
 * Whether a listener has no way to see its event: it is an arrow function without parameters, and those have no
 * `arguments`. Most that count messages, or answer the first one, are.
 */
export const ignoresEvent = (listener: unknown): boolean =>
  typeof listener === "function" && /^\(\s*\)\s*=>/.test(Function.prototype.toString.call(listener));

/** A closed function: evaluated in the realm. */
export function installEvents(): EventMaker {
  const { defineProperty } = Object;
  const descriptor: any = { __proto__: null, value: undefined, writable: false, enumerable: true, configurable: false };
  const put = (event: object, name: string, value: unknown): void => {
    descriptor.value = value;
    defineProperty(event, name, descriptor);
  };
  const plain = (type: string, target: object, timestamp: number): object => {
    const event = {};
    put(event, "type", type);
    put(event, "target", target);
    put(event, "timestamp", timestamp);
    return event;
  };
  return {
    plain,
    message(target, timestamp, data, origin) {
      const event = plain("message", target, timestamp);
      put(event, "data", data);
      put(event, "origin", origin);
      return event;
    },
    close(target, timestamp, code, reason) {
      const event = plain("close", target, timestamp);
      if (code !== 0) put(event, "code", code);
      put(event, "reason", reason);
      return event;
    },
    error(target, timestamp, error) {
      const event = plain("error", target, timestamp);
      put(event, "error", error);
      return event;
    },
    addHidden(event, name, value) {
      defineProperty(event, name, { value, writable: false, enumerable: false, configurable: false });
    },
  };
}
