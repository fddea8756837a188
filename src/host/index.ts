/** The real host, on Bun and on Deno: both have Node's `process` and the web's `Worker`. */
import process from "node:process";
import type { Host, ThreadHandle } from "./host.ts";
import { onReaderGone, standardStream, standardStreamsWritten } from "./standard-stream.ts";

/** @param threadUrl Module of a VU thread; made by the entry, the only place from which a bundle finds it. */
export function createHost(threadUrl: URL): Host {
  let prepared: ThreadHandle | undefined;
  return {
    args: process.argv.slice(2),
    env: process.env,
    cwd: process.cwd(),
    stdout: standardStream("stdout"),
    stderr: standardStream("stderr"),
    cores: navigator.hardwareConcurrency,
    async readStdin() {
      const chunks: Buffer[] = [];
      for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
      return Buffer.concat(chunks).toString("utf8");
    },
    onSignal(listener) {
      process.on("SIGINT", () => listener("interrupt"));
      process.on("SIGTERM", () => listener("terminated"));
    },
    onReaderGone,
    prepareThread() {
      prepared ??= spawnWorker(threadUrl);
    },
    spawnThread() {
      const thread = prepared ?? spawnWorker(threadUrl);
      prepared = undefined;
      return thread;
    },
    exit: (code) => process.exit(code),
    async finish(code) {
      await standardStreamsWritten();
      return process.exit(code);
    },
  };
}

function spawnWorker(url: URL): ThreadHandle {
  const worker = new Worker(url, { type: "module" });
  let terminated = false;
  return {
    post: (message, transfer) => worker.postMessage(message, transfer ?? []),
    onMessage(listener) {
      worker.onmessage = (event: MessageEvent) => listener(event.data);
    },
    onCrash(listener) {
      worker.onerror = (event: ErrorEvent) => {
        event.preventDefault();
        if (!terminated) listener(event.message);
      };
    },
    terminate() {
      terminated = true;
      worker.terminate();
    },
  };
}
