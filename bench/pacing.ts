/**
 * How far behind its timetable an arrival-rate scenario starts iterations, and what a start costs; the VUs do nothing.
 *
 * `bun bench/pacing.ts [rate] [seconds]`. The floor is the runtime's own timer, asked again and again for 1 ms: how late
 * that fires. Prints figure, floor, ratio, machine, version.
 */
import os from "node:os";
import type { IterationOwner, ScenarioVu } from "../src/execution/executor/executor.ts";
import { createExecutor } from "../src/execution/executor/index.ts";
import { resolveScenario } from "../src/options/scenarios.ts";
import { Share } from "../src/options/segment.ts";
import { TimerQueue } from "../src/vu/timer-queue.ts";

const rate = Number(process.argv[2] ?? 20_000);
const seconds = Number(process.argv[3] ?? 6);
const VUS = 100;

interface Lateness {
  p50: number;
  p99: number;
  max: number;
  /** CPU of the process, microseconds for each start. */
  cpuUs: number;
  count: number;
  dropped: number;
}

function summary(lateness: number[], before: NodeJS.CpuUsage, dropped: number): Lateness {
  const used = process.cpuUsage(before);
  lateness.sort((a, b) => a - b);
  const at = (portion: number) => lateness[Math.min(lateness.length - 1, Math.floor(lateness.length * portion))]!;
  const cpuUs = (used.user + used.system) / lateness.length;
  return { p50: at(0.5), p99: at(0.99), max: at(1), cpuUs, count: lateness.length, dropped };
}

function timers(): Promise<Lateness> {
  return new Promise((resolve) => {
    const lateness: number[] = [];
    const before = process.cpuUsage();
    const endMs = performance.now() + seconds * 1_000;
    const wait = () => {
      const dueMs = performance.now() + 1;
      setTimeout(() => {
        lateness.push(performance.now() - dueMs);
        if (dueMs < endMs) wait();
        else resolve(summary(lateness, before, 0));
      }, 1);
    };
    wait();
  });
}

function arrivals(): Promise<Lateness> {
  return new Promise((resolve) => {
    const queue = new TimerQueue({
      nowMs: () => performance.now(),
      setTimeout: (callback, ms) => setTimeout(callback, ms),
      clearTimeout: (handle) => clearTimeout(handle as number),
    });
    const starts: number[] = [];
    let dropped = 0;
    const free: ScenarioVu[] = Array.from({ length: VUS }, (_, index) => {
      const vu = {
        idInInstance: index + 1,
        busy: false,
        iterate: (_counters: unknown, owner: IterationOwner) => {
          starts.push(performance.now());
          vu.busy = true;
          setImmediate(() => {
            vu.busy = false;
            owner.iterationEnded({ interrupted: false, failed: false });
          });
        },
        interrupt: () => undefined,
        cutOffAt: () => undefined,
      };
      return vu;
    });
    const before = process.cpuUsage();
    const executor = createExecutor({
      scenario: resolveScenario("arrivals", {
        executor: "constant-arrival-rate",
        rate,
        duration: seconds * 1_000,
        preAllocatedVUs: VUS,
      }),
      share: Share.of(),
      instanceShare: Share.of(),
      clock: {
        nowMs: () => performance.now(),
        at: (atMs, callback) => {
          const timer = { ticket: 0, fire: callback };
          queue.add(timer, atMs);
          return () => queue.remove(timer);
        },
      },
      vus: { take: () => free.shift(), giveBack: (vu) => void free.push(vu), make: () => undefined },
      soon: (callback) => void setImmediate(typeof callback === "function" ? callback : () => callback.run()),
      nextShared: () => 1,
      drop: (count) => {
        dropped += count;
      },
      log: () => undefined,
    });
    const startMs = performance.now();
    executor.start(() => {
      const lateness = starts.map((ms, index) => ms - startMs - (index * 1_000) / rate);
      resolve(summary(lateness, before, dropped));
    });
  });
}

const floor = await timers();
const figure = await arrivals();
const show = (name: string, { p50, p99, max, cpuUs, count, dropped }: Lateness) =>
  console.log(
    `${name}: ${count} starts, ${dropped} dropped; late by p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms, ` +
      `max ${max.toFixed(2)} ms; ${cpuUs.toFixed(1)} us CPU each`,
  );
show(`arrivals at ${rate}/s`, figure);
show("floor: setTimeout 1 ms", floor);
console.log(`ratio of p99: ${(figure.p99 / floor.p99).toFixed(2)}`);
console.log(
  `${os.cpus().length} x ${os.cpus()[0]?.model}, ${os.platform()} ${os.release()}, Bun ${process.versions.bun}`,
);
