/**
 * The module `k6/ws`: `connect` blocks its VU until the socket is closed, and runs the socket's events meanwhile.
 *
 * `connect` is a coroutine: it dials, calls the script's set-up function, and then serves the events of a `Session` one by
 * one. Nothing else of the VU runs until it returns: no timer, no promise reaction, no event of another socket.
 *
 * @see k6 docs, javascript-api/k6-ws
 */
import { GoError, type ModuleFactory } from "../../../src/module-api.ts";
import { SocketThread } from "../websockets/client.ts";
import { goString } from "../websockets/go-value.ts";
import { type ParamsDialect, readParams } from "../websockets/params.ts";
import { responseOf } from "./response.ts";
import { Session } from "./session.ts";
import { createSocket } from "./socket.ts";

const dialect: ParamsDialect = {
  tagsContext: "invalid ws.connect() metric tags: ",
  mayBeUncompressed: true,
  unknown: () => undefined,
};

/** k6 closes with this where the script does not say. */
const GOING_AWAY = 1001;

const ws: ModuleFactory = (runtime) => {
  const { rt } = runtime;
  const thread = new SocketThread(runtime);

  const connect = rt.coroutine("connect", 2, function* (args) {
    const { vu } = runtime;
    const url = goString(args[0]);
    if (vu.inInit) throw new GoError("using websockets in the init context is not supported");
    if (args.length < 2 || args.length > 3) throw new GoError("invalid number of arguments to ws.connect");
    const setUp = args.at(-1);
    if (typeof setUp !== "function") throw new GoError("last argument to ws.connect must be a function");
    const params = readParams(runtime, args.length === 3 ? args[1] : undefined, dialect);
    params.tags = vu.withSystemTag(params.tags, "url", url);
    const session = new Session(thread, { url, params, protocols: [] });
    try {
      const { error, handshake } = yield* session.connected();
      if (error !== undefined) {
        if (runtime.options.throw) throw new GoError(error);
        return responseOf(rt, { url: "", handshake, error: handshake === undefined ? error : "" });
      }
      try {
        yield* vu.call(setUp, undefined, [createSocket(runtime, session)]);
        const response = responseOf(rt, { url, handshake, error: "" });
        yield* session.serve();
        return response;
      } finally {
        const closing = rt.k.x || vu.interrupted ? undefined : session.close(GOING_AWAY);
        if (closing !== undefined) yield* closing;
      }
    } finally {
      session.over();
    }
  });

  return { named: { connect } };
};

export { webSocketsReady as ready } from "../../../src/websocket-api.ts";
export default ws;
