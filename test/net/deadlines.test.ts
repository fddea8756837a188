import { expect, test } from "bun:test";
import { clearDeadline, Deadline, Deadlines } from "../../src/net/deadlines.ts";
import { computeTimings, Stamps } from "../../src/net/timings.ts";

class Recorded extends Deadline {
  readonly #name: string;
  readonly #log: string[];
  constructor(name: string, log: string[]) {
    super();
    this.#name = name;
    this.#log = log;
  }
  override onDeadline(): void {
    this.#log.push(this.#name);
  }
}
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test("deadlines come due in order, each once, cleared ones never", async () => {
  const log: string[] = [];
  const deadlines = new Deadlines();
  const [a, b, c, d] = ["a", "b", "c", "d"].map((name) => new Recorded(name, log)) as [
    Recorded,
    Recorded,
    Recorded,
    Recorded,
  ];
  const nowMs = performance.now();
  deadlines.set(a, 30, nowMs);
  deadlines.set(b, 30, nowMs);
  deadlines.set(c, 10, nowMs);
  deadlines.set(d, 30, nowMs);
  clearDeadline(b);
  clearDeadline(b);
  await pause(150);
  expect(log).toEqual(["c", "a", "d"]);
  deadlines.set(a, 300, performance.now());
  await pause(150);
  deadlines.set(a, 300, performance.now()); // set anew: the first no longer counts
  await pause(200);
  expect(log.length).toBe(3);
  await pause(200);
  expect(log).toEqual(["c", "a", "d", "a"]);
});

test("a deadline may set another while it comes due", async () => {
  const log: string[] = [];
  const deadlines = new Deadlines();
  const second = new Recorded("second", log);
  const first = new (class extends Deadline {
    override onDeadline(): void {
      log.push("first");
      deadlines.set(second, 10, performance.now());
    }
  })();
  deadlines.set(first, 10, performance.now());
  await pause(50);
  expect(log).toEqual(["first", "second"]);
});

test("computeTimings: a new TLS connection, a reused one, no answer, nothing sent", () => {
  const stamps = Object.assign(new Stamps(), {
    getConnection: 10,
    connectStart: 12,
    connectDone: 20,
    tlsStart: 20,
    tlsDone: 35,
    gotConnection: 35,
    wroteRequest: 36,
    firstByte: 86,
  });
  expect(computeTimings(stamps, 90)).toEqual({
    duration: 55,
    blocked: 25,
    connecting: 8,
    tlsHandshaking: 15,
    sending: 1,
    waiting: 50,
    receiving: 4,
  });
  stamps.restart(100);
  Object.assign(stamps, { gotConnection: 100, wroteRequest: 101 });
  expect(computeTimings(stamps, 131)).toEqual({
    duration: 31,
    blocked: 0,
    connecting: 0,
    tlsHandshaking: 0,
    sending: 1,
    waiting: 30,
    receiving: 0,
  });
  stamps.restart(200);
  expect(computeTimings(stamps, 300)).toEqual({
    duration: 0,
    blocked: 0,
    connecting: 0,
    tlsHandshaking: 0,
    sending: 0,
    waiting: 0,
    receiving: 0,
  });
});
