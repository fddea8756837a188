import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { ScenarioConfig } from "../../../src/options/scenario-config.ts";
import { describeExecutor, numbersOf } from "../../suites/executor.ts";
import { benchesOf, ScenarioBench } from "../../support/scenario-bench.ts";
import { goldenRows } from "./golden.ts";
import { anySequence, anyThreads, range } from "./arbitrary.ts";

const options: ScenarioConfig = { executor: "shared-iterations", vus: 3, iterations: 30 };

describeExecutor("shared-iterations", { options, iterationMs: 60, regularEndMs: undefined });

test("shared-iterations lets a fast VU do more", async () => {
  const bench = new ScenarioBench({ options, iterationMs: ({ vu }) => (vu === 1 ? 10 : 100) });
  await bench.start().finish();
  expect(bench.started.length).toBe(30);
  expect(bench.started.filter(({ vu }) => vu === 1).length).toBe(24);
  expect(bench.doneMs).toBe(300);
  expect(bench.droppedCount).toBe(0);
});

test("shared-iterations drops what is left at maxDuration", async () => {
  const bench = new ScenarioBench({ options: { ...options, maxDuration: 1_000 }, iterationMs: 300 });
  await bench.start().finish();
  expect(bench.started.length).toBe(12); // at 0, 300, 600, 900 ms
  expect(bench.drops).toEqual([{ atMs: 1_200, count: 18 }]);
  expect(bench.executor.progress()).toMatchObject({ iterationsDone: 12, iterationsTotal: 30, iterationsDropped: 18 });
});

test("shared-iterations drops a great many without holding up the thread", async () => {
  const many: ScenarioConfig = { executor: "shared-iterations", vus: 1, iterations: 250_001, maxDuration: 1_000 };
  const bench = await new ScenarioBench({ options: many, iterationMs: 2_000 }).start().finish();
  expect(bench.drops.map(({ count }) => count)).toEqual([100_000, 100_000, 50_000]);
});

test("shared-iterations of several threads drop each iteration once", async () => {
  const benches = benchesOf(
    { options: { ...options, maxDuration: 1_000 }, iterationMs: ({ vu }) => 250 + vu * 70 },
    { threads: 2 },
  );
  for (const bench of benches) bench.start();
  await benches[0]!.clock.advance(5_000);
  const startedCount = numbersOf(benches, "iterationInTest").length;
  const droppedCount = benches.reduce((sum, bench) => sum + bench.droppedCount, 0);
  expect(startedCount + droppedCount).toBe(30);
  expect(droppedCount).toBeGreaterThan(0);
});

test("shared-iterations deal out every iteration once, over instances and threads", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 0, max: 40 }),
      anySequence,
      anyThreads,
      fc.integer({ min: 1, max: 9 }),
      async (vus, more, sequence, threads, speed) => {
        const iterations = vus + more;
        const scenario: ScenarioConfig = { executor: "shared-iterations", vus, iterations };
        const benches = benchesOf(
          { options: scenario, iterationMs: ({ vu }) => 1 + ((vu * speed) % 7) },
          { sequence, threads },
        );
        for (const bench of benches) bench.start();
        await benches[0]!.clock.advance(1_000);
        expect(numbersOf(benches, "iterationInTest")).toEqual(range(iterations));
        for (let first = 0; first < benches.length; first += threads) {
          const own = numbersOf(benches.slice(first, first + threads), "iterationInInstance");
          expect(own).toEqual(range(own.length));
        }
        expect(benches.every(({ doneCount, droppedCount }) => doneCount === 1 && droppedCount === 0)).toBe(true);
      },
    ),
    { numRuns: 100 },
  );
});

describe("shared-iterations runs the iterations that k6 ran", () => {
  test.each(goldenRows("shared-iterations").map((row) => [row.name, row] as const))("%s", async (_, row) => {
    const bench = await new ScenarioBench(row).start().finish();
    expect(numbersOf([bench], "iterationInTest")).toEqual(row.expected.iterationInTest!);
  });
});
