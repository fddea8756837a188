/** A VU thread that ends by an error of its own shortly after the call named by CRASH_AT, if its index is CRASH_THREAD. */
import process from "node:process";
import type { ToThread } from "../../src/execution/messages.ts";
import "../../src/thread.ts";

let index: number | undefined;
addEventListener("message", ({ data }: MessageEvent<ToThread>) => {
  if (data.type === "load") index = data.threadIndex;
  const name = data.type === "call" ? data.call : data.type;
  if (name !== process.env.CRASH_AT || index !== Number(process.env.CRASH_THREAD)) return;
  setTimeout(() => {
    throw new Error("out of paper");
  }, 300);
});
