/** The VUs of one thread: numbered as the segments' arithmetic says, made before the test or while it runs, lent to executors. */
import { type HeapKeeper, Milestones } from "../host/memory.ts";
import { Share } from "../options/segment.ts";
import type { VuRuntime } from "../vu/runtime.ts";
import { Vu } from "../vu/vu.ts";
import type { ScenarioVu, VuSource } from "./executor/executor.ts";
import { Fifo } from "./fifo.ts";
import { type Failure, SharedState } from "./messages.ts";
import { type RunningScenario, ThreadVu } from "./scenario-vu.ts";
import { failureOf, type VuMaker } from "./vu-maker.ts";

/** How long new VUs are made in one go before messages are looked at, milliseconds. */
const MAKE_SLICE_MS = 20;
/** How many VUs are made between two collections of garbage. */
const VUS_MIN = 1_000;
const VUS_GROWTH = 1.8;

export class VuPool {
  private readonly runtime: VuRuntime;
  private readonly maker: VuMaker;
  private readonly heap: HeapKeeper;
  private readonly shared: SharedState;
  /** A VU could not be made while the test runs. */
  private readonly onFailure: (failure: Failure) => void;
  /** This thread's part of all VUs. */
  private readonly share: Share;
  /** This thread's part of the process's VUs, numbered among themselves. */
  private readonly threadShare: Share;
  /** VUs that may still be made while the test runs. */
  private unplannedLeft: number;
  private readonly free = new Fifo<Vu>();
  private madeCount = 0;

  constructor(init: {
    runtime: VuRuntime;
    maker: VuMaker;
    heap: HeapKeeper;
    shared: SharedState;
    onFailure: (failure: Failure) => void;
    share: Share;
    threadIndex: number;
    threadCount: number;
    unplannedMax: number;
  }) {
    this.runtime = init.runtime;
    this.maker = init.maker;
    this.heap = init.heap;
    this.shared = init.shared;
    this.onFailure = init.onFailure;
    this.share = init.share;
    this.threadShare = Share.of().split(init.threadCount)[init.threadIndex]!;
    this.unplannedLeft = init.unplannedMax;
  }

  /** Makes VUs before the test. */
  async fill(count: number, isAborted: () => boolean): Promise<void> {
    let sliceEndMs = performance.now() + MAKE_SLICE_MS;
    const milestones = new Milestones(VUS_MIN, VUS_GROWTH);
    for (let i = 0; i < count && !isAborted(); i++) {
      const vu = this.next();
      this.free.push(vu instanceof Vu ? vu : await vu);
      this.shared.add(SharedState.INITIALIZED_VUS, 1);
      if (milestones.pass()) this.heap.collect();
      if (performance.now() >= sliceEndMs) {
        await new Promise<void>((resolve) => setImmediate(resolve));
        sliceEndMs = performance.now() + MAKE_SLICE_MS;
      }
    }
  }

  /** What the executor of a scenario gets its VUs from. */
  sourceFor(running: RunningScenario): VuSource {
    const { isOpen } = running;
    // k6 counts the VUs of an open model while they run an iteration, others while they are in the scenario
    const activate = (vu: Vu): ScenarioVu => {
      if (!isOpen) this.shared.add(SharedState.ACTIVE_VUS, 1);
      return new ThreadVu(vu, running);
    };
    return {
      take: () => {
        const vu = this.free.shift();
        return vu === undefined ? undefined : activate(vu);
      },
      giveBack: (vu) => {
        if (!isOpen) this.shared.add(SharedState.ACTIVE_VUS, -1);
        this.free.push((vu as ThreadVu).vu);
      },
      make: (onReady) => {
        if (this.unplannedLeft <= 0) {
          // as many as can be needed have been made: one of them is free, or will be
          const vu = this.free.shift();
          if (vu !== undefined) this.runtime.soon(() => onReady(activate(vu)));
          return;
        }
        this.unplannedLeft--;
        void this.makeOne((vu) => onReady(activate(vu)));
      },
    };
  }

  private next(): Vu | Promise<Vu> {
    const k = this.madeCount++;
    return this.maker.make(this.threadShare.indexAt(k) + 1, this.share.indexAt(k) + 1);
  }

  private async makeOne(onReady: (vu: Vu) => void): Promise<void> {
    let vu: Vu;
    try {
      vu = await this.next();
    } catch (error) {
      this.onFailure(failureOf(error));
      return;
    }
    this.shared.add(SharedState.INITIALIZED_VUS, 1);
    onReady(vu);
  }
}
