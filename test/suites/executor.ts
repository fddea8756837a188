/** The cases that every executor passes. `ScenarioBench` throws when the contract of `executor.ts` is broken. */
import { describe, expect, test } from "bun:test";
import type { ScenarioConfig } from "../../src/options/scenario-config.ts";
import { benchesOf, ScenarioBench } from "../support/scenario-bench.ts";

export interface ExecutorCases {
  /** A scenario of at least 2 VUs that starts its last iteration after more than 500 ms and before 2,000 ms. */
  options: ScenarioConfig;
  iterationMs: number;
  /** The regular end of `options`; undefined if the scenario ends with its last iteration. */
  regularEndMs: number | undefined;
}

/** Every `iterationInTest` and `iterationInInstance` that benches of one instance, or of a whole test, have started. */
export function numbersOf(
  benches: readonly ScenarioBench[],
  which: "iterationInTest" | "iterationInInstance",
): number[] {
  return benches.flatMap((bench) => bench.started.map((started) => started[which])).sort((a, b) => a - b);
}

export function describeExecutor(name: string, { options, iterationMs, regularEndMs }: ExecutorCases): void {
  const timed: ScenarioConfig =
    regularEndMs === undefined ? ({ ...options, maxDuration: 1_000 } as ScenarioConfig) : options;
  const regularMs = regularEndMs ?? 1_000;

  describe(`${name}, as every executor`, () => {
    test("does nothing before it is started", async () => {
      const bench = new ScenarioBench({ options, iterationMs });
      await bench.clock.advance(5_000);
      expect(bench.started).toEqual([]);
      expect(bench.clock.pendingCount).toBe(0);
      expect(bench.executor.progress()).toMatchObject({ fraction: 0, activeVus: 0, iterationsDone: 0 });
    });

    test("calls onDone once, when all VUs are given back, and leaves no timer", async () => {
      const bench = await new ScenarioBench({ options, iterationMs }).start().finish();
      const startedCount = bench.started.length;
      await bench.clock.advance(100_000);
      expect(bench.doneCount).toBe(1);
      expect(bench.heldCount).toBe(0);
      expect(startedCount).toBeGreaterThan(2);
      expect(bench.started.length).toBe(startedCount);
      expect(bench.clock.pendingCount).toBe(0);
      expect(bench.started.every(({ outcome }) => outcome !== undefined)).toBe(true);
    });

    test("numbers iterations from 0 in the order in which they start", async () => {
      const bench = await new ScenarioBench({ options, iterationMs }).start().finish();
      expect(bench.started.map(({ iterationInTest }) => iterationInTest)).toEqual(bench.started.map((_, k) => k));
      expect(bench.started.map(({ iterationInInstance }) => iterationInInstance)).toEqual(
        bench.started.map((_, k) => k),
      );
    });

    test("starts nothing after the regular end and cuts off at the hard end", async () => {
      const graceful = { ...timed, gracefulStop: 300 };
      const bench = await new ScenarioBench({ options: graceful, iterationMs: 100_000, interruptMs: 5 })
        .start()
        .finish();
      expect(Math.max(...bench.startTimes)).toBeLessThan(regularMs);
      expect(bench.interruptedCount).toBe(bench.started.length);
      expect(bench.doneMs).toBeGreaterThanOrEqual(regularMs + 300);
      expect(bench.doneMs).toBeLessThanOrEqual(regularMs + 305 + 1e-6);
      expect(bench.executor.progress().iterationsDone).toBe(0);
    });

    test("gracefulStop 0s cuts off at once", async () => {
      const bench = new ScenarioBench({
        options: { ...timed, gracefulStop: 0 },
        iterationMs: 100_000,
      });
      await bench.start().finish();
      expect(bench.interruptedCount).toBe(bench.started.length);
      expect(bench.doneMs).toBeCloseTo(regularMs, 6);
    });

    test("abort() interrupts what runs, starts nothing more, drops nothing and ends", async () => {
      const bench = new ScenarioBench({ options, iterationMs: 100_000, interruptMs: 20 }).start();
      await bench.clock.advance(300);
      const droppedCount = bench.droppedCount;
      const startedCount = bench.started.length;
      expect(startedCount).toBeGreaterThan(0);
      bench.abort();
      expect(bench.doneCount).toBe(0); // never from inside of a call
      await bench.clock.advance(20);
      expect(bench.doneCount).toBe(1);
      await bench.clock.advance(100_000);
      expect(bench.started.length).toBe(startedCount);
      expect(bench.interruptedCount).toBe(startedCount);
      expect(bench.droppedCount).toBe(droppedCount);
      expect(bench.doneCount).toBe(1);
      expect(bench.clock.pendingCount).toBe(0);
    });

    test("abort() before start() leaves nothing to do but to end", async () => {
      const bench = new ScenarioBench({ options, iterationMs });
      bench.abort();
      bench.start();
      await bench.clock.advance(1);
      expect(bench.started).toEqual([]);
      expect(bench.doneCount).toBe(1);
    });

    test("a VU whose iteration interrupted itself starts no other", async () => {
      // test.abort() in the script: the conductor's word comes later
      const bench = new ScenarioBench({
        options,
        iterationMs: (_, { clock }) => {
          clock.at(clock.nowMs() + 5, () => bench.interruptBusy());
          return 100_000;
        },
      }).start();
      await bench.clock.advance(10);
      const vus = new Set(bench.started.map(({ vu }) => vu));
      expect(vus.size).toBe(bench.started.length);
      bench.abort();
      await bench.clock.advance(1);
      expect(bench.doneCount).toBe(1);
      expect(bench.droppedCount).toBe(0);
    });

    test("without work it is over at once", async () => {
      // the last of these has its first index far behind the VUs of a small scenario
      const share = benchesOf({ options, iterationMs }, { sequence: "0,49/100,98/100,99/100,1", threads: 1 })[3]!;
      share.start();
      expect(share.doneCount).toBe(0);
      await share.finish(1_000);
      expect(share.started).toEqual([]);
      expect(share.doneCount).toBe(1);
    });

    test("waits for VUs that an earlier scenario gives back late", async () => {
      const bench = new ScenarioBench({ options, iterationMs });
      const late = bench.free.splice(0);
      bench.clock.at(bench.clock.nowMs() + 450, () => bench.free.push(...late));
      await bench.start().finish();
      expect(bench.startTimes[0]).toBeGreaterThanOrEqual(450);
      expect(bench.startTimes[0]).toBeLessThan(460);
      expect(bench.logs).toContain("warning: Could not get a VU from the buffer for 400ms");
    });

    test("gives up if VUs never come", async () => {
      const bench = new ScenarioBench({
        options: "stages" in options ? { ...options, stages: [{ duration: 10_000, target: 20 }] } : patched(options),
        iterationMs,
        vuCount: 0,
      });
      await bench.start().finish();
      expect(bench.doneCount).toBe(1);
      expect(bench.started).toEqual([]);
      expect(bench.logs.at(-1)).toBe("error: Executor error: could not get a VU from the buffer in 2s");
      expect(bench.logs.length).toBe(6);
    });

    test.each([
      [undefined, 3],
      ["0,1/2,1", 1],
      ["0,1/5,2/3,1", 2],
      ["0,1/3,2/3,1", 3],
    ])("segments %p times %p threads number all iterations differently", async (sequence, threads) => {
      const benches = benchesOf({ options, iterationMs }, { sequence, threads });
      for (const bench of benches) bench.start();
      await benches[0]!.clock.advance(700_000);
      const numbers = numbersOf(benches, "iterationInTest");
      expect(new Set(numbers).size).toBe(numbers.length);
      for (let first = 0; first < benches.length; first += threads) {
        const own = numbersOf(benches.slice(first, first + threads), "iterationInInstance");
        expect(new Set(own).size).toBe(own.length);
      }
      expect(benches.every(({ doneCount }) => doneCount === 1)).toBe(true);
    });
  });
}

/** Long enough for the pool's patience of 2 s. */
function patched(options: ScenarioConfig): ScenarioConfig {
  return "duration" in options ? { ...options, duration: 10_000 } : options;
}
