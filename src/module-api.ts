/**
 * The door between a module that scripts can import and the engine: what it may ask of the engine and of its VU. What
 * it may ask of the network is behind a door of its own, `network-api.ts`, so that modules without one load nothing of it.
 *
 * A module is a function of the thread's runtime, called once a thread; its exported functions are shared by the
 * thread's VUs and find theirs in `runtime.vu`. State of one VU lives in `vu.slot(key, make)`.
 *
 * What is handed to scripts must belong to the sandbox realm. So functions are made with
 * - `rt.fn(name, length, (args, self) => value)`: never blocks;
 * - `rt.blocking(name, length, (args, self) => value)`: returns `runtime.block(new SomeBlock())` to wait;
 * - `rt.mixed(name, length, (args, self) => value)`: answers like `rt.fn`, or with a generator like `rt.coroutine`'s when it has to;
 * - `rt.coroutine(name, length, function* (args, self) {...})`: calls back (`yield* vu.call(f, self, args)`) or waits
 *   several times (`yield* vu.wait(block)`);
 * objects with `rt.object()`, `rt.array(items)`, `rt.bytes(u8)`, `rt.json(text)`, classes with `rt.defineClass`,
 * `rt.method`, `rt.accessor`; the host's state is tied to them with `rt.tie(object, state)` and found with `rt.stateOf`.
 * Strings, numbers, booleans and what scripts handed in may pass as they are. Exceptions: `GoError` for errors of k6
 * itself, `TypeError` and `RangeError` as they are; all are made anew in the realm.
 */
export { BareGoError, GoError } from "./vu/go-error.ts";
export { type Block, Interrupted } from "./vu/block.ts";
export { UnhandledRejection, type Task } from "./vu/loop.ts";
export { Sleep } from "./vu/sleep.ts";
export { TaskQueue } from "./vu/task-queue.ts";
export type { TimerEntry } from "./vu/timer-queue.ts";
export { timersOf } from "./vu/timers.ts";
export { PENDING, type VuRuntime } from "./vu/runtime.ts";
export { bareRejection, namedRejection, promised, rejected, Rejection } from "./vu/promised.ts";
export type { Realm } from "./vu/realm.ts";
export { bytesOf, isArrayBuffer, typedArrayName } from "./vu/script-bytes.ts";
export type { TestCounts, TestState } from "./vu/test-state.ts";
export type { ScenarioState, Vu } from "./vu/vu.ts";
export type { ContextHook, IterationContext } from "./vu/context.ts";
export { spareTopTier } from "./host/jit.ts";
export { assert, UserError } from "./base/errors.ts";
export { durationFromNumber, formatDuration, parseDuration } from "./base/duration.ts";
export { quote } from "./base/quote.ts";
export { seededRandom } from "./base/random.ts";
export { ExitCode } from "./base/exit-codes.ts";
export type { Metric, MetricKind, ValueType } from "./metrics/metric.ts";
export type { TagSet } from "./metrics/tags.ts";
/** What k6-summary writes, loaded when a script first wants it. */
export const summaryTexts = async () => ({
  ...(await import("./report/summary-text.ts")),
  ...(await import("./report/summary-junit.ts")),
});
export type { Options } from "./options/schema.ts";
export type { BuiltinModule, ModuleExports, ModuleFactory, ModuleRegistry } from "./vu/module-registry.ts";
