/**
 * An output takes every sample of a test and brings it somewhere else.
 *
 * Outputs exist to be lost without harm: what one throws is reported by the fan-out, and neither the test, nor the
 * other outputs, nor the summary notice.
 */
import type { ExitCode } from "../base/exit-codes.ts";
import type { Logger } from "../base/log.ts";
import type { Sample } from "../metrics/sample.ts";
import type { ThresholdDefinition } from "../metrics/threshold/evaluate.ts";
import type { Submetric } from "../metrics/threshold/submetric.ts";

/** Receives samples in batches; never called concurrently. */
export interface Output {
  /** What the start of a run says about it: `json (results.json)`. */
  readonly description: string;
  /** Opens what it writes to. What it throws ends the run before it begins, and is all that is said. */
  start(): Promise<void>;
  /** Must not keep `samples` after it returns: the array is reused. What it throws ends this output. */
  add(samples: readonly Sample[]): void;
  /** Writes what it keeps back; called once there are no more samples. What it throws ends this output. */
  flush?(): void;
  /** Flushes and closes; called once, also after a failed run, and after `add` has thrown. */
  stop(outcome: RunOutcome): Promise<void>;
}

/** How the test ended. */
export interface RunOutcome {
  exitCode: ExitCode;
  error?: Error;
}

/** What an output may ask for. */
export interface OutputContext {
  /** What stands behind the equals sign of `--out NAME=ARGUMENT`; "" if there is none. */
  argument: string;
  /** Its section of the config file (`collectors`), if any. */
  config?: unknown;
  environment: Readonly<Record<string, string | undefined>>;
  logger: Logger;
  /** System tags that samples carry. */
  systemTags: readonly string[];
  /** By metric or sub-metric name. */
  thresholds: Readonly<Record<string, readonly ThresholdDefinition[]>>;
  submetrics: readonly Submetric[];
  /** Writes to standard output. */
  stdout(text: string): void;
  /** Milliseconds, from any origin. */
  nowMs(): number;
}
