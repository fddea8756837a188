/** Every script of examples/ runs as it is against the embedded echo server, and its own thresholds hold. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type EchoServer, startEchoServer } from "../src/echo/server.ts";

const root = join(import.meta.dirname, "..");
const folder = join(root, "examples");
const scripts = readdirSync(folder).filter((file) => /\.[jt]s$/.test(file));

/** Smaller sizes, so that all of them together stay within seconds. */
const smaller = ["-e", "SESSION_MS=1500", "-e", "SOCKETS=50", "-e", "RAMP_SECONDS=1"];
/** chat.js reads SOCKETS as sockets of each VU. */
const sizes: Record<string, string[]> = { "chat.js": ["-e", "SESSION_MS=1500", "-e", "SOCKETS=4"] };
/** What thresholds allow for: more than any pause of a busy machine. */
const limit = ["-e", "LIMIT_MS=30000"];

let server: EchoServer;
beforeAll(async () => {
  server = await startEchoServer({ host: "127.0.0.1", port: 0, log: console.error });
});
afterAll(() => server.close());

function run(script: string): Promise<{ code: number | null; output: string }> {
  const flags = ["--quiet", "-e", `WS_URL=ws://127.0.0.1:${server.port}`, ...limit, ...(sizes[script] ?? smaller)];
  const child = spawn(process.execPath, [join(root, "src", "main.ts"), "run", ...flags, join(folder, script)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output }));
  });
}

test.each(scripts)(
  "examples/%s runs and passes its thresholds",
  async (script) => {
    const { code, output } = await run(script);
    expect(output).not.toMatch(/level=error|level=warn/);
    // The output is part of what is compared, so that a failure shows it.
    expect({ code, output }).toEqual({ code: 0, output });
  },
  60_000,
);
