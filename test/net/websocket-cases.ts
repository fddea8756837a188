/**
 * Runs the cases of every WebSocket transport without a test runner, for runtimes and binaries that have none.
 *
 * `websocket-cases.ts ws|whatwg` prints each failure, then `N passed, N failed`.
 */
import Receiver from "../../node_modules/ws/lib/receiver.js";
import { webSocketOpener } from "../../src/net/websocket-open.ts";
import { webSocketCases } from "../suites/websocket.ts";

const open = webSocketOpener(process.argv[2]);
// Methods that only the parser of the ws package has.
const methods = ["startLoop", "getInfo", "getData"].filter((name) => name in Receiver.prototype);
console.log(`parser: ${methods.join(" ")}`);

let failed = 0;
for (const { title, run } of webSocketCases) {
  try {
    await run(open);
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${title}: ${error instanceof Error ? error.message : error}`);
  }
}
console.log(`${webSocketCases.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
