import { expect, test } from "bun:test";
import fc from "fast-check";
import { type TimerEntry, TimerQueue } from "../../src/vu/timer-queue.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

class Entry implements TimerEntry {
  ticket = 0;
  readonly name: number;
  private readonly log: number[];
  constructor(name: number, log: number[]) {
    this.name = name;
    this.log = log;
  }
  fire(): void {
    this.log.push(this.name);
  }
}

/** What the queue asks of its host, on the virtual clock. */
const hostOn = (clock: VirtualClock) => ({
  nowMs: () => clock.nowMs(),
  setTimeout: (callback: () => void, ms: number) => clock.at(clock.nowMs() + ms, callback),
  clearTimeout: (cancel: unknown) => (cancel as () => void)(),
});

test("timers fire by due time, then in the order of adding, and never after they were taken out", async () => {
  const step = fc.record({ entry: fc.nat(299), afterMs: fc.nat(20), isRemoval: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 1000 }), async (steps) => {
      const clock = new VirtualClock();
      const queue = new TimerQueue(hostOn(clock));
      const log: number[] = [];
      const entries = Array.from({ length: 300 }, (_, name) => new Entry(name, log));
      const open = new Map<number, { dueMs: number; order: number }>();
      steps.forEach(({ entry, afterMs, isRemoval }, order) => {
        queue.remove(entries[entry]!);
        open.delete(entry);
        if (isRemoval) return;
        const dueMs = clock.nowMs() + afterMs;
        queue.add(entries[entry]!, dueMs);
        open.set(entry, { dueMs, order });
      });
      const expected = [...open].sort(([, a], [, b]) => a.dueMs - b.dueMs || a.order - b.order).map(([name]) => name);
      await clock.advance(100);
      expect(log).toEqual(expected);
      expect(entries.every(({ ticket }) => ticket === 0)).toBe(true);
    }),
    { numRuns: 200 },
  );
});

test("a timer that is further off than the runtime's can be fires when it is due, and not before", async () => {
  const clock = new VirtualClock();
  const asked: number[] = [];
  const host = hostOn(clock);
  const setTimeout = (callback: () => void, ms: number) => {
    asked.push(ms);
    return host.setTimeout(callback, ms);
  };
  const queue = new TimerQueue({ ...host, setTimeout });
  const log: number[] = [];
  const dueMs = 5 * 2 ** 30;
  queue.add(new Entry(0, log), dueMs);
  await clock.advance(dueMs - 1);
  expect(log).toEqual([]);
  await clock.advance(1);
  expect(log).toEqual([0]);
  expect(Math.max(...asked)).toBeLessThan(2 ** 31);
});
