/** What every output promises, whatever it writes. */
import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { LogRecord } from "../../src/base/log.ts";
import { createLogger } from "../../src/base/log.ts";
import type { Sample } from "../../src/metrics/sample.ts";
import { ExitCode } from "../../src/base/exit-codes.ts";
import type { Output, OutputContext } from "../../src/output/output.ts";

export const OK = { exitCode: ExitCode.Ok };

/** A folder that is gone afterwards. */
export async function inFolder<T>(action: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "output-"));
  try {
    return await action(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A context whose log and standard output can be looked at. */
export function outputContext(overrides: Partial<OutputContext> = {}) {
  const records: LogRecord[] = [];
  const printed: string[] = [];
  const context: OutputContext = {
    argument: "",
    environment: {},
    logger: createLogger(
      (record) => records.push(record),
      () => 0,
    ),
    systemTags: ["scenario", "group", "vu", "iter"],
    thresholds: {},
    submetrics: [],
    stdout: (text) => printed.push(text),
    nowMs: () => 0,
    ...overrides,
  };
  return { context, records, printed };
}

export function sample(overrides: Partial<Sample> = {}): Sample {
  const metric = { name: "my_counter", kind: "counter", contains: "default", id: 0 } as const;
  return { metric, timeMs: Date.UTC(2026, 0, 1), value: 1, tags: { scenario: "default" }, ...overrides };
}

/** @param argumentFor The argument that makes the output write to `file`. */
export function outputSuite(
  name: string,
  make: (context: OutputContext) => Output,
  argumentFor: (file: string) => string,
): void {
  const run = async (argument: string, batches: Sample[][]) => {
    const output = make(outputContext({ argument }).context);
    await output.start();
    for (const batch of batches) {
      output.add(batch);
      batch.length = 0; // The array is reused.
    }
    await output.stop(OK);
  };
  const values = (text: string) => [...text.matchAll(/\b(7\d{5})\b/g)].map((match) => Number(match[1]));

  test(`${name} writes every sample, in order, to a file`, () =>
    inFolder(async (folder) => {
      const file = join(folder, "out");
      const wanted = Array.from({ length: 500 }, (_, index) => 700_000 + index);
      const samples = wanted.map((value) => sample({ value, timeMs: 0 }));
      await run(argumentFor(file), [samples.slice(0, 3), [], samples.slice(3)]);
      expect(values(readFileSync(file, "utf8"))).toEqual(wanted);
    }));

  test(`${name} compresses a file whose name ends in .gz, also a large one`, () =>
    inFolder(async (folder) => {
      const plain = join(folder, "out");
      const compressed = join(folder, "out.gz");
      const batches = () =>
        Array.from({ length: 30 }, (_, batch) =>
          Array.from({ length: 1_000 }, (_, index) => sample({ value: 1_000 * batch + index })),
        );
      await run(argumentFor(plain), batches());
      await run(argumentFor(compressed), batches());
      const text = gunzipSync(readFileSync(compressed)).toString();
      expect(text.length).toBeGreaterThan(1 << 20);
      expect(text).toBe(readFileSync(plain, "utf8"));
    }));

  test(`${name} writes to standard output if told so`, async () => {
    const { context, printed } = outputContext({ argument: argumentFor("-") });
    const output = make(context);
    await output.start();
    output.add([sample({ value: 700_001 })]);
    await output.stop(OK);
    expect(values(printed.join("")).includes(700_001)).toBe(true);
  });

  test(`${name} does not start without a place to write to, and can be stopped all the same`, () =>
    inFolder(async (folder) => {
      const output = make(outputContext({ argument: argumentFor(join(folder, "missing", "out")) }).context);
      expect(output.start()).rejects.toThrow("no such file or directory");
      await output.stop(OK);
    }));

  test(`${name} throws if it cannot write, and can be stopped all the same`, async () => {
    // /dev/full takes nothing, like a disk that has no room.
    const output = make(outputContext({ argument: argumentFor("/dev/full"), nowMs: countingClock() }).context);
    await expect(
      (async () => {
        await output.start();
        output.add([sample()]);
      })(),
    ).rejects.toThrow("no space left on device");
    await output.stop(OK).catch((error: Error) => expect(error.message).toContain("no space left on device"));
  });
}

/** A clock that is an hour later at each look. */
function countingClock(): () => number {
  let now = 0;
  return () => (now += 3_600_000);
}
