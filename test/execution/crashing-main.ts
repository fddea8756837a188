/** The command line over threads that crash. */
import { registry } from "../../compat/index.ts";
import { main } from "../../src/cli/index.ts";
import { createHost } from "../../src/host/index.ts";

await main(createHost(new URL("./crashing-thread.ts", import.meta.url)), async () => registry);
