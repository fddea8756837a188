/**
 * The module `k6/experimental/streams`: readable and writable streams of the script's own making.
 *
 * @see k6 docs, javascript-api/k6-experimental/streams
 */
import type { ModuleFactory, VuRuntime } from "../../../src/module-api.ts";
import { installStreams } from "./streams-source.ts";

const made = new WeakMap<VuRuntime, Record<string, any>>();

/** The classes of a thread, also for modules that hand out streams. */
export function streamClasses(runtime: VuRuntime): Record<string, any> {
  let classes = made.get(runtime);
  if (classes === undefined) made.set(runtime, (classes = runtime.realm.install(installStreams, runtime.rt)));
  return classes!;
}

const streams: ModuleFactory = (runtime) => ({ named: { ...streamClasses(runtime) } });

export default streams;
