/**
 * The module `k6/experimental/websockets`: today's `k6/websockets`, with k6's word that it is deprecated.
 *
 * @see k6 docs, javascript-api/k6-experimental/websockets
 */
import type { ModuleFactory } from "../../../src/module-api.ts";
import websockets from "../websockets/index.ts";

const experimental: ModuleFactory = (runtime) => {
  runtime.warnOnce(
    "k6/experimental/websockets is deprecated and will be removed in a future release. Please use k6/websockets instead.",
  );
  return websockets(runtime);
};

export { webSocketsReady as ready } from "../../../src/websocket-api.ts";
export default experimental;
