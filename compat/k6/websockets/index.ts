/**
 * The module `k6/websockets`: WebSocket, Blob, and EventName, which k6's type definitions promise.
 *
 * A script's socket is an object of the realm with k6's properties of its own; its accessors are shared by all sockets,
 * its four methods are closures, because scripts call them by themselves (`setTimeout(socket.close, 1000)`).
 *
 * As in k6 each look at `WebSocket` or `Blob` gives a function of its own, and neither is known to `instanceof`.
 *
 * @see k6 docs, javascript-api/k6-websockets
 */
import {
  GoError,
  type ModuleFactory,
  quote,
  type Realm,
  spareTopTier,
  type VuRuntime,
} from "../../../src/module-api.ts";
import { parseUrl, UrlError } from "../../../src/websocket-api.ts";
import { createBlobs } from "./blob.ts";
import { EVENT_TYPES, type EventMaker, HANDLER_ORDER, installEvents } from "./events.ts";
import { goInt, goString } from "./go-value.ts";
import { type ParamsDialect, readParams } from "./params.ts";
import { Socket, SocketMakers } from "./socket.ts";

const EVENT_NAMES = { Close: "close", Error: "error", Message: "message", Open: "open", Ping: "ping", Pong: "pong" };

const dialect: ParamsDialect = {
  tagsContext: "invalid WebSocket tags option: ",
  mayBeUncompressed: false,
  unknown(name) {
    throw new GoError(`unknown WebSocket's option ${name}`);
  },
};

/** What a socket of the realm asks of the host. */
interface SocketHost {
  newSocket(args: unknown[]): object;
  newBlob(args: unknown[]): object;
  addEventListener(socket: Socket, args: unknown[]): void;
  send(socket: Socket, data: unknown): void;
  ping(socket: Socket, args: unknown[]): void;
  close(socket: Socket, args: unknown[]): void;
  read(socket: Socket, name: string): unknown;
  write(socket: Socket, name: string, value: unknown): void;
  handler(socket: Socket, type: number): unknown;
  setHandler(socket: Socket, type: number, value: unknown): void;
}

interface RealmSockets {
  /** The script's object of a socket. */
  wrap(socket: Socket): object;
  /** Constructors, of which k6 hands out new ones at each look. */
  newWebSocketClass(): unknown;
  newBlobClass(): unknown;
}

/** A closed function: evaluated in the realm. */
function installSockets(rt: Realm, host: SocketHost, handlers: [type: number, property: string][]): RealmSockets {
  const { defineProperty } = Object;
  const guard = (f: (...args: any[]) => unknown, ...args: unknown[]): unknown => {
    try {
      return f(...args);
    } catch (error) {
      throw rt.translate(error);
    }
  };
  const readable = (name: string): PropertyDescriptor => ({
    get(this: unknown) {
      return guard(host.read, rt.stateOf(this), name);
    },
    enumerable: true,
  });
  const accessors: [string, PropertyDescriptor][] = [];
  for (const name of ["readyState", "bufferedAmount", "extensions", "protocol"]) accessors.push([name, readable(name)]);
  accessors.push([
    "binaryType",
    {
      ...readable("binaryType"),
      set(this: unknown, value: unknown) {
        guard(host.write, rt.stateOf(this), "binaryType", value);
      },
    },
  ]);
  for (const [type, property] of handlers) {
    accessors.push([
      property,
      {
        // k6 gives a function, whether or not there is a handler, and never the handler itself
        get(this: unknown) {
          const state = rt.stateOf(this);
          return () => guard(host.handler, state, type);
        },
        set(this: unknown, value: unknown) {
          guard(host.setHandler, rt.stateOf(this), type, value);
        },
        enumerable: true,
      },
    ]);
  }
  const fixed: any = { __proto__: null, value: undefined, writable: false, enumerable: true, configurable: false };
  const put = (object: object, name: string, value: unknown): void => {
    fixed.value = value;
    defineProperty(object, name, fixed);
  };
  return {
    wrap(socket) {
      const object = rt.tie({}, socket);
      const methods = {
        addEventListener(...args: unknown[]) {
          guard(host.addEventListener, socket, args);
        },
        send(data: unknown) {
          try {
            host.send(socket, data);
          } catch (error) {
            throw rt.translate(error);
          }
        },
        ping() {
          guard(host.ping, socket);
        },
        close(...args: unknown[]) {
          guard(host.close, socket, args);
        },
      };
      put(object, "addEventListener", methods.addEventListener);
      put(object, "send", methods.send);
      put(object, "ping", methods.ping);
      put(object, "close", methods.close);
      put(object, "url", socket.url);
      for (let i = 0; i < accessors.length; i++) defineProperty(object, accessors[i]![0], accessors[i]![1]);
      return object;
    },
    // Written so that the functions get their names without being touched once more.
    newWebSocketClass: () =>
      ({
        // biome-ignore lint/complexity/useArrowFunction: it is called with `new`
        WebSocket: function (...args: unknown[]) {
          return guard(host.newSocket, args);
        },
      }).WebSocket,
    newBlobClass: () =>
      ({
        // biome-ignore lint/complexity/useArrowFunction: it is called with `new`
        Blob: function (...args: unknown[]) {
          return guard(host.newBlob, args);
        },
      }).Blob,
  };
}

const websockets: ModuleFactory = (runtime) => {
  const { rt } = runtime;
  const events: EventMaker = runtime.realm.install(installEvents);
  spareTopTier(...Object.values(events));
  const makers = new SocketMakers(runtime, events, createBlobs(runtime));
  const handlers = HANDLER_ORDER.map((type) => [type, `on${EVENT_TYPES[type]}`]);
  const sockets: RealmSockets = runtime.realm.install(
    installSockets,
    rt,
    {
      newSocket(args) {
        const socket = construct(makers, args);
        socket.object = sockets.wrap(socket);
        return socket.object;
      },
      newBlob: (args) => makers.blobs.construct(args),
      addEventListener: (socket, args) => addEventListener(runtime, socket, args),
      send: (socket, data) => socket.send(data),
      ping: (socket) => socket.ping(),
      close: (socket, args) => socket.close(goInt(args[0]), goString(args[1])),
      read(socket, name) {
        if (name === "readyState" || name === "bufferedAmount") return socket[name];
        const { extensions, protocol, binaryType } = socket.particulars;
        return name === "extensions" ? rt.array(extensions) : name === "protocol" ? protocol : binaryType;
      },
      write(socket, _name, value) {
        const type = goString(value);
        if (type !== "blob" && type !== "arraybuffer") {
          throw new GoError(`unknown binaryType ${type}, the supported ones are "blob" and "arraybuffer"`);
        }
        socket.binaryType = type;
      },
      handler: (socket, type) => socket.handlerOf(type) ?? null,
      setHandler(socket, type, value) {
        if (value === undefined || value === null) socket.setHandler(type, undefined);
        else if (typeof value === "function") socket.setHandler(type, value);
        else throw new GoError(`a value for 'on${EVENT_TYPES[type]}' should be callable`);
      },
    } satisfies SocketHost,
    rt.array(handlers.map((pair) => rt.array(pair))),
  );

  const named = rt.object();
  rt.accessor(named, "WebSocket", () => sockets.newWebSocketClass(), undefined, true);
  rt.accessor(named, "Blob", () => sockets.newBlobClass(), undefined, true);
  rt.method(named, "EventName", Object.assign(rt.object(), EVENT_NAMES));
  return { named };
};

/** @throws {GoError} In k6's words, in the order of its checks. */
function construct(makers: SocketMakers, args: unknown[]): Socket {
  const { runtime } = makers;
  const url = readUrl(args[0]);
  if (runtime.vu.inInit) throw new GoError("using WebSocket in the init context is not supported");
  const params = readParams(runtime, args[2], dialect);
  return new Socket(makers, { url, params, protocols: readProtocols(args[1]) });
}

function readUrl(given: unknown): string {
  if (given === undefined || given === null) throw new GoError("WebSocket requires a url");
  const text = String(given);
  if (lastUrl?.text !== text) lastUrl = { text, href: parseSocketUrl(text) };
  return lastUrl.href;
}

/** The last URL that was given: the sockets of a test mostly go to one, and then share its text. */
let lastUrl: { text: string; href: string } | undefined;

function parseSocketUrl(text: string): string {
  let url: ReturnType<typeof parseUrl>;
  try {
    url = parseUrl(text);
  } catch (error) {
    if (!(error instanceof UrlError)) throw error;
    throw new GoError(`WebSocket requires valid url, but got ${quote(text)} which resulted in ${error.message}`);
  }
  if (url.scheme !== "ws" && url.scheme !== "wss") {
    throw new GoError(`WebSocket requires url with scheme ws or wss, but got ${quote(url.scheme)}`);
  }
  if (url.fragment !== "") {
    throw new GoError(`WebSocket requires no url fragment, but got ${quote(url.fragment)}`);
  }
  return url.href;
}

/** A text, or the members of a list; anything else asks for none. */
function readProtocols(given: unknown): string[] {
  if (typeof given === "string") return [given];
  if (Array.isArray(given)) return Object.keys(given).map((key) => String((given as any)[key]));
  return Object.prototype.toString.call(given) === "[object String]" ? [String(given)] : [];
}

function addEventListener(runtime: VuRuntime, socket: Socket, args: unknown[]): void {
  const name = goString(args[0]);
  const [, listener, options] = args;
  if (listener === undefined || listener === null) {
    throw new GoError(`handler for event type ${quote(name)} isn't a callable function`);
  }
  if (typeof listener !== "function") {
    throw new TypeError(
      `could not convert function call parameter 1: could not convert ${String(listener)} to func(sobek.Value) (sobek.Value, error)`,
    );
  }
  const type = (EVENT_TYPES as readonly string[]).indexOf(name);
  if (type < 0) {
    runtime.log.log("warning", `can't add event handler: unknown event type: ${name}`);
    return;
  }
  const isOnce = typeof options === "object" && options !== null && Boolean((options as { once?: unknown }).once);
  socket.addListener(type, listener, isOnce);
}

export { webSocketsReady as ready } from "../../../src/websocket-api.ts";
export default websockets;
