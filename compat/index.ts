/** Every module of k6 that a script can import: its specifier -> its factory, loaded when a script first asks for it. */
import type { BuiltinModule, ModuleRegistry } from "../src/module-api.ts";
import { jslibBuiltins, jslibSource } from "./jslib/index.ts";
import { removedModule } from "./removed.ts";

const builtins: Record<string, BuiltinModule> = {
  ...jslibBuiltins,
  k6: { blocks: ["sleep"], callsBack: ["group", "check"], load: () => import("./k6/index.ts") },
  "k6/crypto": { load: () => import("./k6/crypto.ts") },
  "k6/crypto/x509": { load: () => import("./k6/crypto/x509.ts") },
  "k6/data": { callsBack: ["SharedArray"], load: () => import("./k6/data.ts") },
  "k6/encoding": { load: () => import("./k6/encoding.ts") },
  "k6/execution": { load: () => import("./k6/execution.ts") },
  "k6/experimental/csv": { load: () => import("./k6/experimental/csv.ts") },
  "k6/experimental/fs": { load: () => import("./k6/experimental/fs.ts") },
  "k6/experimental/streams": { load: () => import("./k6/experimental/streams.ts") },
  "k6/experimental/timers": { load: () => import("./k6/experimental/timers.ts") },
  "k6/experimental/websockets": { load: () => import("./k6/experimental/websockets.ts") },
  "k6/http": {
    blocks: ["get", "head", "post", "put", "patch", "del", "options", "request", "batch"],
    methods: ["clickLink", "submitForm"],
    load: () => import("./k6/http/index.ts"),
  },
  "k6/html": { load: () => import("./k6/html/index.ts") },
  "k6/metrics": { load: () => import("./k6/metrics.ts") },
  "k6/secrets": { load: () => import("./k6/secrets.ts") },
  "k6/timers": { load: () => import("./k6/timers.ts") },
  "k6/websockets": { load: () => import("./k6/websockets/index.ts") },
  "k6/ws": { blocks: ["connect"], callsBack: ["connect"], methods: ["close"], load: () => import("./k6/ws/index.ts") },
};

export const registry: ModuleRegistry = {
  builtins,
  jslibSource,
  removed: removedModule,
};
