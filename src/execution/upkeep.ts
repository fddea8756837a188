/** The upkeep of VUs: what runs for each VU or each iteration. See `host/jit.ts`. */
import { spareTopTier } from "../host/jit.ts";
import { Share, StripedSequence } from "../options/segment.ts";
import { instantiateSingle } from "../vu/instantiate.ts";
import { Iteration } from "../vu/iteration.ts";
import { EventLoop } from "../vu/loop.ts";
import { VuRuntime } from "../vu/runtime.ts";
import type { Realm } from "../vu/realm.ts";
import { Sleep } from "../vu/sleep.ts";
import { TimerQueue } from "../vu/timer-queue.ts";
import { Vu } from "../vu/vu.ts";
import { IterationNumbering } from "./executor/numbering.ts";
import { ScenarioRun } from "./executor/scenario-run.ts";
import { VuLoop } from "./executor/vu-loop.ts";
import { Fifo } from "./fifo.ts";
import { GracefulEnd } from "./graceful.ts";
import { recordTraffic, ThreadVu } from "./scenario-vu.ts";
import { SharedState } from "./messages.ts";
import { ScriptHost } from "./script-host.ts";
import { VuInit } from "./vu-init.ts";
import { VuMaker } from "./vu-maker.ts";
import { VuPool } from "./vu-pool.ts";

/** @param rt The runtime of rewritten code. */
export function spareUpkeep(rt: Realm): void {
  spareTopTier(Fifo, GracefulEnd, IterationNumbering, ScenarioRun, Share, StripedSequence, ThreadVu, VuLoop);
  spareTopTier(EventLoop, Iteration, ScriptHost, Sleep, TimerQueue, Vu, VuInit, VuMaker, VuPool, VuRuntime);
  spareTopTier(instantiateSingle, recordTraffic, SharedState);
  spareTopTier(...Object.values(rt).filter((helper) => typeof helper === "function"));
}
