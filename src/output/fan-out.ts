/**
 * Brings each batch of samples to all outputs.
 *
 * An output that throws is reported once, gets no more samples, and is closed at the end like the others. Nothing that
 * an output does keeps samples from the others or the run from its summary.
 */
import { UserError } from "../base/errors.ts";
import { ExitCode } from "../base/exit-codes.ts";
import type { Logger } from "../base/log.ts";
import { systemReason } from "../base/system-error.ts";
import type { Sample } from "../metrics/sample.ts";
import type { Output, RunOutcome } from "./output.ts";

export interface NamedOutput {
  /** As in `--out NAME`. */
  name: string;
  output: Output;
}

export class FanOut {
  private readonly logger: Logger;
  private readonly running: (NamedOutput & { lost: number; failure: string | undefined })[];

  constructor(outputs: readonly NamedOutput[], logger: Logger) {
    this.logger = logger;
    this.running = outputs.map((named) => ({ ...named, lost: 0, failure: undefined }));
  }

  /** What the start of a run says about them. */
  get descriptions(): string[] {
    return this.running.map(({ output }) => output.description);
  }

  /** Whether anybody wants single samples at all. */
  get isEmpty(): boolean {
    return this.running.length === 0;
  }

  /**
   * Starts all outputs.
   *
   * @throws {UserError} `output-not-started`; those that had started have been stopped then.
   */
  async start(onFailure: RunOutcome): Promise<void> {
    for (const [index, { output }] of this.running.entries()) {
      try {
        await output.start();
      } catch (error) {
        await this.stopAll(this.running.slice(0, index), onFailure);
        throw new UserError("output-not-started", {
          message: systemReason(error),
          exitCode: ExitCode.Generic,
          cause: error,
        });
      }
    }
  }

  add(samples: readonly Sample[]): void {
    for (const running of this.running) {
      if (running.failure !== undefined) {
        running.lost += samples.length;
        continue;
      }
      try {
        running.output.add(samples);
      } catch (error) {
        running.lost = samples.length;
        this.fail(running, error);
      }
    }
  }

  /** Has all outputs write what they keep back, once there are no more samples; then `losses` is complete. */
  flush(): void {
    for (const running of this.running) {
      if (running.failure !== undefined) continue;
      try {
        running.output.flush?.();
      } catch (error) {
        this.fail(running, error);
      }
    }
  }

  private fail(running: (typeof this.running)[number], error: unknown): void {
    running.failure = systemReason(error);
    this.logger.log("error", `The ${running.name} output failed and gets no more samples`, {
      error: running.failure,
    });
  }

  /** Stops all outputs, also those that failed. */
  async stop(outcome: RunOutcome): Promise<void> {
    await this.stopAll(this.running, outcome);
  }

  /** What the summary should say about outputs that did not get all samples; a sentence each. */
  losses(): string[] {
    return this.running
      .filter((running) => running.failure !== undefined)
      .map(({ name, lost, failure }) => {
        const count = lost > 0 ? ` (${lost} at least)` : "";
        return `The ${name} output misses samples${count}: ${failure}`;
      });
  }

  private async stopAll(list: readonly (typeof this.running)[number][], outcome: RunOutcome): Promise<void> {
    for (const running of list) {
      try {
        await running.output.stop(outcome);
      } catch (error) {
        running.failure ??= systemReason(error);
        this.logger.log("error", `Stopping the ${running.name} output failed`, { error: systemReason(error) });
      }
    }
  }
}
