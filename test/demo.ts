/**
 * `npm run demo`: starts the embedded echo server and runs the chat example against it, both from source.
 *
 * Needs no network: several VUs with several sockets each talk in one room of `sixfold echo`.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { startEchoServer } from "../src/echo/server.ts";

const root = join(import.meta.dirname, "..");
const server = await startEchoServer({ host: "127.0.0.1", port: 0, log: console.error });
const url = `ws://127.0.0.1:${server.port}`;
console.log(`echo server on ${url}; now: sixfold run -e WS_URL=${url} examples/chat.js\n`);

const run = spawn(
  process.execPath,
  [join(root, "src", "main.ts"), "run", "-e", `WS_URL=${url}`, join(root, "examples", "chat.js")],
  { stdio: "inherit" },
);
// Ctrl-C reaches the run as well, which prints its summary before it ends.
process.on("SIGINT", () => console.error("stopping"));
const code = await new Promise<number>((resolve, reject) => {
  run.on("error", reject);
  run.on("close", (exitCode) => resolve(exitCode ?? 1));
});
await server.close();
process.exit(code);
