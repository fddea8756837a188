/** Entry of the conductor: the real machine, handed to the command line. */
import { main } from "./cli/index.ts";
import { createHost } from "./host/index.ts";

await main(createHost(new URL("./thread.ts", import.meta.url)));
