import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { ScenarioConfig } from "../../../src/options/scenario-config.ts";
import { describeExecutor, numbersOf } from "../../suites/executor.ts";
import { benchesOf, ScenarioBench } from "../../support/scenario-bench.ts";
import { goldenRows } from "./golden.ts";
import { anySequence, anyThreads, range } from "./arbitrary.ts";

const options: ScenarioConfig = { executor: "per-vu-iterations", vus: 3, iterations: 10 };

describeExecutor("per-vu-iterations", { options, iterationMs: 60, regularEndMs: undefined });

test("per-vu-iterations gives each VU its own number of iterations", async () => {
  const bench = await new ScenarioBench({ options, iterationMs: ({ vu }) => vu * 10 }).start().finish();
  for (const vu of [1, 2, 3]) expect(bench.started.filter((started) => started.vu === vu).length).toBe(10);
  expect(bench.doneMs).toBe(300); // the slowest VU's
  expect(bench.held.slice(-3)).toEqual([
    [100, 2], // a VU that is ready goes back at once
    [200, 1],
    [300, 0],
  ]);
});

test("per-vu-iterations drops what each VU has not begun at maxDuration", async () => {
  const bench = new ScenarioBench({ options: { ...options, maxDuration: 1_000 }, iterationMs: ({ vu }) => vu * 70 });
  await bench.start().finish();
  expect(bench.drops.map(({ count }) => count)).toEqual([10 - 5, 10 - 8]); // VU 3 after 1,050 ms, then VU 2; VU 1 ends in time
  expect(bench.doneMs).toBe(1_120);
  expect(bench.executor.progress()).toMatchObject({ fraction: 1, iterationsDone: 23, iterationsDropped: 7 });
});

test("per-vu-iterations counts progress in iterations", async () => {
  const bench = new ScenarioBench({ options, iterationMs: 100 }).start();
  await bench.clock.advance(250);
  expect(bench.executor.progress()).toMatchObject({ fraction: 0.2, iterationsDone: 6, iterationsTotal: 30 });
});

test("per-vu-iterations numbers add up over instances and threads", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 4 }),
      anySequence,
      anyThreads,
      async (vus, iterations, sequence, threads) => {
        const scenario: ScenarioConfig = { executor: "per-vu-iterations", vus, iterations };
        const benches = benchesOf({ options: scenario }, { sequence, threads });
        for (const bench of benches) bench.start();
        await benches[0]!.clock.advance(1_000);
        const numbers = numbersOf(benches, "iterationInTest");
        expect(numbers.length).toBe(vus * iterations);
        expect(new Set(numbers).size).toBe(numbers.length);
        // In one instance they are dense if its threads are equally loaded.
        if (sequence === undefined && vus % threads === 0) expect(numbers).toEqual(range(vus * iterations));
      },
    ),
    { numRuns: 60 },
  );
});

describe("per-vu-iterations runs the iterations that k6 ran", () => {
  test.each(goldenRows("per-vu-iterations").map((row) => [row.name, row] as const))("%s", async (_, row) => {
    const bench = await new ScenarioBench(row).start().finish();
    expect(numbersOf([bench], "iterationInTest")).toEqual(row.expected.iterationInTest!);
  });
});
