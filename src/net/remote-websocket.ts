/**
 * A WebSocket on another thread: the end that is held here, and the side that speaks to the peer.
 *
 * Used where a VU's thread is blocked and its own event loop stands still. What is asked for travels as plain data; what
 * happened is fetched, in order, by whoever waits for it. Times travel as milliseconds since the epoch, for threads have
 * no other clock in common.
 */
import type { DnsConfig } from "./dns.ts";
import { Resolver } from "./dns.ts";
import { Guards } from "./guards.ts";
import type { Handshake, WebSocketConnection, WebSocketEnd, WebSocketEvents, WebSocketRequest } from "./websocket.ts";
import { webSocketOpener } from "./websocket-open.ts";

/** Where names lead: what a `Resolver` is made from. */
export interface RemoteResolving {
  dns: DnsConfig;
  hosts?: Readonly<Record<string, string>>;
  blacklistIPs?: readonly string[];
  blockHostnames?: readonly string[];
}

export interface RemoteDial {
  request: WebSocketRequest;
  /** To resolve before dialling; undefined if a proxy does. */
  dial: { hostname: string; port: number; resolving: RemoteResolving } | undefined;
  /** SIXFOLD_WS. */
  transport: string | undefined;
}

export type RemoteWebSocketCall =
  | ({ operation: "open" } & RemoteDial)
  | { operation: "send"; id: number; data: string | Uint8Array }
  | { operation: "ping"; id: number; payload: Uint8Array }
  | { operation: "close"; id: number; code: number; reason: string }
  | { operation: "terminate"; id: number }
  /** Waits until something has happened, for so many milliseconds at most. */
  | { operation: "next"; id: number; timeoutMs: number };

type Happening =
  | { type: "open"; handshake: Handshake; atEpochMs: number }
  | { type: "message"; data: string | Uint8Array<ArrayBuffer>; atEpochMs: number }
  | { type: "ping" | "pong"; payload: Uint8Array; atEpochMs: number }
  | { type: "close"; end: Omit<WebSocketEnd, "atMs">; atEpochMs: number };

export interface RemoteWebSocketAnswer {
  id: number;
  happened: Happening[];
  remoteAddress: string;
  bufferedBytes: number;
  bytesSent: number;
  bytesReceived: number;
}

/** Asks the other thread and waits for its answer; undefined if the VU was interrupted meanwhile. */
export type AskRemote = (call: RemoteWebSocketCall) => RemoteWebSocketAnswer | undefined;

/** The end of a connection on the thread that is blocked. */
export class RemoteConnection implements WebSocketConnection {
  readonly #ask: AskRemote;
  readonly #events: WebSocketEvents;
  /** Taken off milliseconds since the epoch, gives this thread's monotonic ones. */
  readonly #epochOffsetMs: number;
  #id = 0;
  #ended = false;
  remoteAddress = "";
  bufferedBytes = 0;
  bytesSent = 0;
  bytesReceived = 0;

  constructor(dial: RemoteDial, init: { ask: AskRemote; events: WebSocketEvents; epochOffsetMs: number }) {
    this.#ask = init.ask;
    this.#events = init.events;
    this.#epochOffsetMs = init.epochOffsetMs;
    this.#call({ operation: "open", ...dial });
  }

  /**
   * Waits until something has happened, or for a time, and reports it.
   *
   * @returns False if the VU was interrupted.
   */
  wait(timeoutMs: number): boolean {
    return this.#call({ operation: "next", id: this.#id, timeoutMs });
  }

  send(data: string | Uint8Array<ArrayBuffer>): void {
    this.#call({ operation: "send", id: this.#id, data });
  }

  ping(payload: Uint8Array<ArrayBuffer>): void {
    this.#call({ operation: "ping", id: this.#id, payload });
  }

  close(code: number, reason: string): void {
    this.#call({ operation: "close", id: this.#id, code, reason });
  }

  terminate(): void {
    this.#call({ operation: "terminate", id: this.#id });
  }

  #call(call: RemoteWebSocketCall): boolean {
    if (this.#ended) return true;
    const answer = this.#ask(call);
    if (answer === undefined) return false;
    const { id, happened, ...state } = answer;
    this.#id = id;
    Object.assign(this, state);
    for (const happening of happened) this.#report(happening);
    return true;
  }

  #report(happening: Happening): void {
    const atMs = happening.atEpochMs - this.#epochOffsetMs;
    switch (happening.type) {
      case "open":
        return this.#events.onOpen(happening.handshake, atMs);
      case "message":
        return this.#events.onMessage(happening.data, atMs);
      case "ping":
        return this.#events.onPing(happening.payload, atMs);
      case "pong":
        return this.#events.onPong(happening.payload, atMs);
      case "close":
        this.#ended = true;
        return this.#events.onClose({ ...happening.end, atMs });
    }
  }
}

/** A connection on the thread that speaks to the peer. */
class Held implements WebSocketEvents {
  connection: WebSocketConnection | undefined;
  happened: Happening[] = [];
  /** Tells whoever waits that something has happened. */
  notify: (() => void) | undefined;

  onOpen(handshake: Handshake): void {
    this.#add({ type: "open", handshake, atEpochMs: epochMs() });
  }
  onMessage(data: string | Uint8Array<ArrayBuffer>): void {
    this.#add({ type: "message", data, atEpochMs: epochMs() });
  }
  onPing(payload: Uint8Array): void {
    this.#add({ type: "ping", payload, atEpochMs: epochMs() });
  }
  onPong(payload: Uint8Array): void {
    this.#add({ type: "pong", payload, atEpochMs: epochMs() });
  }
  onClose({ atMs: _ours, ...end }: WebSocketEnd): void {
    this.#add({ type: "close", end, atEpochMs: epochMs() });
  }

  #add(happening: Happening): void {
    this.happened.push(happening);
    this.notify?.();
  }
}

const epochMs = (): number => performance.timeOrigin + performance.now();

/** Longer waits are asked for anew, so that a thread that has gone leaves no timer for ever. */
const WAIT_MS_MAX = 60_000;

/** The side that speaks to the peers, for all threads that are blocked. */
export class RemoteWebSockets {
  readonly #held = new Map<number, Held>();
  readonly #resolvers = new Map<string, Resolver>();
  #count = 0;

  async perform(call: RemoteWebSocketCall): Promise<RemoteWebSocketAnswer> {
    if (call.operation === "open") return this.#open(call);
    const held = this.#held.get(call.id);
    if (held === undefined) return nothing(call.id);
    const { connection } = held;
    switch (call.operation) {
      case "send":
        connection?.send(call.data as string | Uint8Array<ArrayBuffer>);
        break;
      case "ping":
        connection?.ping(call.payload as Uint8Array<ArrayBuffer>);
        break;
      case "close":
        connection?.close(call.code, call.reason);
        break;
      case "terminate":
        connection?.terminate();
        break;
      case "next":
        await somethingOf(held, Math.min(call.timeoutMs, WAIT_MS_MAX));
        return this.#take(call.id, held);
    }
    return { ...this.#stateOf(call.id, held), happened: [] };
  }

  #open({ request, dial, transport }: RemoteDial): RemoteWebSocketAnswer {
    const id = ++this.#count;
    const held = new Held();
    this.#held.set(id, held);
    const open = webSocketOpener(transport);
    if (dial === undefined) {
      held.connection = open(request, held);
    } else {
      this.#resolver(dial.resolving).resolve(dial.hostname, dial.port, (failure, address) => {
        if (failure !== undefined) {
          held.onClose({ atMs: 0, code: 1006, reason: "", closeFrameReceived: false, error: failure.text });
        } else {
          const connectTo = { host: address!.ip, port: address!.port };
          held.connection = open({ ...request, connectTo }, held);
        }
      });
    }
    return nothing(id);
  }

  #resolver(resolving: RemoteResolving): Resolver {
    const key = JSON.stringify(resolving);
    let resolver = this.#resolvers.get(key);
    if (resolver === undefined) {
      const { dns, hosts } = resolving;
      resolver = new Resolver({ dns, guards: new Guards(resolving), ...(hosts === undefined ? {} : { hosts }) });
      this.#resolvers.set(key, resolver);
    }
    return resolver;
  }

  #take(id: number, held: Held): RemoteWebSocketAnswer {
    const { happened } = held;
    held.happened = [];
    if (happened.at(-1)?.type === "close") this.#held.delete(id);
    return { ...this.#stateOf(id, held), happened };
  }

  #stateOf(id: number, { connection }: Held): Omit<RemoteWebSocketAnswer, "happened"> {
    return {
      id,
      remoteAddress: connection?.remoteAddress ?? "",
      bufferedBytes: connection?.bufferedBytes ?? 0,
      bytesSent: connection?.bytesSent ?? 0,
      bytesReceived: connection?.bytesReceived ?? 0,
    };
  }
}

const nothing = (id: number): RemoteWebSocketAnswer => ({
  id,
  happened: [],
  remoteAddress: "",
  bufferedBytes: 0,
  bytesSent: 0,
  bytesReceived: 0,
});

/** Waits until something has happened on a connection, or for a time. */
function somethingOf(held: Held, timeoutMs: number): Promise<void> {
  if (held.happened.length > 0 || timeoutMs <= 0) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      held.notify = undefined;
      resolve();
    };
    const timer = setTimeout(done, timeoutMs);
    held.notify = done;
  });
}
