/** Rows of `segments.golden.json`, which were recorded from k6, as scenarios and shares. */
import { parseDuration } from "../../../src/base/duration.ts";
import type { ScenarioConfig } from "../../../src/options/scenario-config.ts";
import { Share } from "../../../src/options/segment.ts";
import golden from "../../options/segments.golden.json";

export interface Row {
  name: string;
  options: ScenarioConfig;
  share: Share;
  expected: {
    vus?: number;
    preAllocatedVUs?: number;
    maxVUs?: number;
    iterations?: number;
    iterationInTest?: number[];
    startMs?: number[];
    rawSteps?: [number, number][];
    droppedIterations?: number;
  };
}

const DURATIONS = ["duration", "maxDuration", "gracefulStop", "gracefulRampDown", "timeUnit", "startTime"];

export function goldenRows(executor: string): Row[] {
  return golden.rows
    .filter((row) => row.executor === executor)
    .map((row) => ({
      name: `${row.case} ${row.segment} of ${row.sequence}`,
      options: inMilliseconds(row.options) as ScenarioConfig,
      share: Share.fromOptions({
        executionSegment: row.segment ?? undefined,
        executionSegmentSequence: row.sequence ?? undefined,
      }),
      expected: row.expected as Row["expected"],
    }));
}

function inMilliseconds(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inMilliseconds);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [
      key,
      DURATIONS.includes(key) && typeof field === "string" ? parseDuration(field) : inMilliseconds(field),
    ]),
  );
}

/** To the microsecond, as the rows are written. */
export function toMicroseconds(ms: number): number {
  return Math.round(ms * 1e3) / 1e3;
}
