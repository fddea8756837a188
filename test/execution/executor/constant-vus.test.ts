import { expect, test } from "bun:test";
import type { ScenarioConfig } from "../../../src/options/scenario-config.ts";
import { describeExecutor } from "../../suites/executor.ts";
import { ScenarioBench } from "../../support/scenario-bench.ts";

const options: ScenarioConfig = { executor: "constant-vus", vus: 3, duration: 1_000 };

describeExecutor("constant-vus", { options, iterationMs: 40, regularEndMs: 1_000 });

test("constant-vus runs iterations back to back on each VU", async () => {
  const bench = await new ScenarioBench({ options, iterationMs: 250 }).start().finish();
  expect(bench.startTimes).toEqual([0, 0, 0, 250, 250, 250, 500, 500, 500, 750, 750, 750]);
  expect(bench.doneMs).toBe(1_000);
});

test("constant-vus lets the last iteration end within gracefulStop", async () => {
  const bench = await new ScenarioBench({ options, iterationMs: 400 }).start().finish();
  expect(bench.started.length).toBe(9); // at 0, 400 and 800 ms
  expect(bench.interruptedCount).toBe(0);
  expect(bench.doneMs).toBe(1_200);
});

test("constant-vus tells busy loops when they must have ended", async () => {
  const bench = new ScenarioBench({ options: { ...options, gracefulStop: 700 } });
  const vus = [...bench.free];
  await bench.start().finish();
  expect(vus.map(({ cutOffMs }) => cutOffMs - bench.startMs)).toEqual([1_700, 1_700, 1_700]);
});

test("constant-vus starts many VUs in slices, and no later than their end", async () => {
  const bench = new ScenarioBench({
    options: { ...options, vus: 1_000 },
    iterationMs: ({ startMs }, { clock }) => {
      if (startMs < 900) clock.spend(1);
      return 10_000;
    },
  });
  let turns = 0;
  const count = () => {
    turns++;
    if (bench.doneCount === 0 && turns < 1_000) bench.clock.at(bench.clock.nowMs(), count);
  };
  bench.clock.at(bench.clock.nowMs(), count);
  bench.start();
  await bench.clock.advance(2_000);
  expect(turns).toBeGreaterThan(150); // others had their turn in between
});

test("constant-vus shows its progress", async () => {
  const bench = new ScenarioBench({ options, iterationMs: 100 }).start();
  await bench.clock.advance(250);
  expect(bench.executor.progress()).toEqual({
    fraction: 0.25,
    activeVus: 3,
    maxVus: 3,
    iterationsDone: 6,
    iterationsDropped: 0,
  });
});
