/** Entry of a VU thread: the modules that scripts can import, handed to the engine. */
import { registry } from "../compat/index.ts";
import type { FromThread } from "./execution/messages.ts";
import { VuThread } from "./execution/thread.ts";

const scope = globalThis as unknown as {
  postMessage(message: FromThread, transfer?: ArrayBuffer[]): void;
  onmessage: (event: MessageEvent) => void;
};
const thread = new VuThread({ post: (message, transfer) => scope.postMessage(message, transfer ?? []) }, registry);
scope.onmessage = (event) => void thread.receive(event.data);
