/** Entry of the conductor: the real machine and the modules that scripts can import, handed to the command line. */
import { main } from "./cli/index.ts";
import { createHost } from "./host/index.ts";

await main(
  createHost(new URL("./thread.ts", import.meta.url)),
  async () => (await import("../compat/index.ts")).registry,
);
