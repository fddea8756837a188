/**
 * What a run looks like while it lasts: a line about the whole, and a bar for each scenario.
 *
 * Plain state in, lines of text out; who draws them where is `terminal.ts`. Texts keep their width from one drawing to
 * the next (numbers are padded with zeros to the width of their greatest value), so that nothing jumps.
 *
 * @see k6 source, internal/ui/pb, internal/cmd/ui and the progress functions of lib/executor
 */
import { formatDuration } from "../base/duration.ts";
import { type Paint, painter, type Style } from "./terminal.ts";

export interface RunProgress {
  /** Left out until the test starts. */
  elapsedMs?: number;
  /** How long it may last at most, graceful stops included. */
  durationMaxMs: number;
  paused: boolean;
  vusActive: number;
  /** So far; they are made before the test starts. */
  vusInitialized: number;
  /** To be made before the test starts. */
  vusPlanned: number;
  /** With those that are made on demand. */
  vusMax: number;
  iterationsComplete: number;
  iterationsInterrupted: number;
  scenarios: ScenarioProgress[];
}

export interface ScenarioProgress {
  name: string;
  status: ScenarioStatus;
  /** How much is done, 0 to 1. */
  fraction: number;
  figures: ScenarioFigures;
}

export type ScenarioStatus = "waiting" | "running" | "stopping" | "interrupted" | "done";

/** What stands right of the bar, by executor; times are those of the scenario. */
export type ScenarioFigures =
  | { executor: "waiting"; startsInMs: number; startTimeMs: number }
  | { executor: "constant-vus"; vus: number; elapsedMs: number; durationMs: number }
  | { executor: "ramping-vus"; vusActive: number; vusMax: number; elapsedMs: number; durationMs: number }
  | {
      executor: "shared-iterations";
      vus: number;
      elapsedMs: number;
      durationMs: number;
      iterationsDone: number;
      iterationsTotal: number;
    }
  | {
      executor: "per-vu-iterations";
      vus: number;
      elapsedMs: number;
      durationMs: number;
      iterationsDone: number;
      iterationsTotal: number;
      iterationsPerVu: number;
    }
  | {
      executor: "constant-arrival-rate" | "ramping-arrival-rate";
      /** With an iteration under way. */
      vusBusy: number;
      vusActive: number;
      vusMax: number;
      elapsedMs: number;
      durationMs: number;
      /** Iterations per second: now, and at most. */
      rate: number;
      rateMax: number;
    };

export interface ProgressOptions {
  /** Columns of the terminal; left out where there is none, and bars become percentages. */
  width?: number;
  enableColors: boolean;
}

const BAR_WIDTH_MAX = 40;
/** In anything narrower a percentage says more. */
const BAR_WIDTH_MIN = 8;
/** Longer names are cut. */
const NAME_WIDTH_MAX = 30;
/** Columns that stay free at the right edge, so that no terminal wraps the line. */
const RIGHT_MARGIN = 1;

const MARKS: Readonly<Record<ScenarioStatus, string>> = {
  waiting: "\u2022",
  running: " ",
  stopping: "\u2193",
  interrupted: "\u2717",
  done: "\u2713",
};

const MARK_STYLES: Readonly<Partial<Record<ScenarioStatus, Style>>> = {
  waiting: "faint",
  interrupted: "red",
  done: "green",
};

/** The lines of the whole run: first what it is doing, then its scenarios. */
export function progressLines(progress: RunProgress, options: ProgressOptions): string[] {
  const scenarios = progress.scenarios.map(scenarioBar);
  const starting = progress.elapsedMs === undefined && !progress.paused;
  if (starting) return alignedBars([initBar(progress), ...scenarios], options);
  return [runLine(progress), ...alignedBars(scenarios, options)];
}

/** What the run is doing, without its scenarios: `running (0m05.0s), 10/10 VUs, 42 complete and 0 interrupted iterations`. */
export function runLine(progress: RunProgress): string {
  const { elapsedMs, durationMaxMs, vusMax } = progress;
  const time = elapsedMs === undefined ? "" : ` (${fixedDuration(elapsedMs, durationMaxMs)})`;
  return (
    `${progress.paused ? "paused" : "running"}${time}, ` +
    `${fixedInteger(progress.vusActive, vusMax)}/${fixedInteger(progress.vusInitialized, vusMax)} VUs, ` +
    `${progress.iterationsComplete} complete and ${progress.iterationsInterrupted} interrupted iterations`
  );
}

interface Bar {
  name: string;
  status: ScenarioStatus;
  fraction: number;
  columns: string[];
}

function initBar({ vusInitialized, vusPlanned }: RunProgress): Bar {
  const columns = [`${fixedInteger(vusInitialized, vusPlanned)}/${vusPlanned} VUs initialized`];
  return { name: "Init", status: "running", fraction: vusPlanned > 0 ? vusInitialized / vusPlanned : 1, columns };
}

function scenarioBar({ name, status, fraction, figures }: ScenarioProgress): Bar {
  return { name, status, fraction, columns: scenarioColumns(figures) };
}

/** What stands right of the bar, part by part. */
export function scenarioColumns(figures: ScenarioFigures): string[] {
  switch (figures.executor) {
    case "waiting":
      return ["waiting", fixedDuration(figures.startsInMs, figures.startTimeMs)];
    case "constant-vus":
      return [`${figures.vus} VUs`, elapsedColumn(figures)];
    case "ramping-vus": {
      const { elapsedMs, durationMs } = figures;
      const time =
        elapsedMs > durationMs
          ? formatDuration(durationMs)
          : `${fixedDuration(elapsedMs, durationMs)}/${fixedDuration(durationMs, durationMs)}`;
      return [vusColumn(figures.vusActive, figures.vusMax, figures.vusMax), time];
    }
    case "shared-iterations": {
      const { iterationsDone: done, iterationsTotal: total, elapsedMs, durationMs } = figures;
      return [
        `${figures.vus} VUs`,
        `${fixedDuration(elapsedMs, durationMs)}/${formatDuration(durationMs)}`,
        `${fixedInteger(done, total)}/${total} shared iters`,
      ];
    }
    case "per-vu-iterations": {
      const { iterationsDone: done, iterationsTotal: total } = figures;
      return [
        `${figures.vus} VUs`,
        elapsedColumn(figures),
        `${fixedInteger(done, total)}/${total} iters, ${figures.iterationsPerVu} per VU`,
      ];
    }
    case "constant-arrival-rate":
    case "ramping-arrival-rate":
      return [
        vusColumn(figures.vusBusy, figures.vusActive, figures.vusMax),
        elapsedColumn(figures),
        `${fixedDecimal(figures.rate, figures.rateMax)} iters/s`,
      ];
  }
}

function elapsedColumn({ elapsedMs, durationMs }: { elapsedMs: number; durationMs: number }): string {
  const duration = formatDuration(durationMs);
  return elapsedMs > durationMs ? duration : `${fixedDuration(elapsedMs, durationMs)}/${duration}`;
}

function vusColumn(some: number, all: number, max: number): string {
  return `${fixedInteger(some, max)}/${fixedInteger(all, max)} VUs`;
}

function alignedBars(bars: readonly Bar[], options: ProgressOptions): string[] {
  const paint = painter(options.enableColors);
  const nameWidth = Math.min(NAME_WIDTH_MAX, Math.max(0, ...bars.map((bar) => bar.name.length)));
  // The last column of a bar is the end of its line: nothing needs to stand below it.
  const columnWidths: number[] = [];
  for (const { columns } of bars) {
    for (const [at, column] of columns.slice(0, -1).entries()) {
      columnWidths[at] = Math.max(columnWidths[at] ?? 0, column.length);
    }
  }
  const parts = bars.map((bar) => ({
    left: shortened(bar.name, nameWidth).padEnd(nameWidth),
    right: bar.columns.map((column, at) => ` ${column.padEnd((columnWidths[at] ?? 0) + 1)}`).join(""),
    bar,
  }));
  const longest = Math.max(0, ...parts.map(({ left, right }) => left.length + " x ".length + right.length));
  const room = (options.width ?? 0) - RIGHT_MARGIN - longest;
  const barWidth = Math.min(BAR_WIDTH_MAX, Math.max(BAR_WIDTH_MIN, room));
  return parts.map(({ left, right, bar }) => {
    const style = MARK_STYLES[bar.status];
    const mark = style === undefined ? MARKS[bar.status] : paint(MARKS[bar.status], style);
    return `${left} ${mark} [${barBody(bar.fraction, barWidth, paint)}]${right}`.trimEnd();
  });
}

/** What stands between the brackets. */
function barBody(fraction: number, width: number, paint: Paint): string {
  const clamped = Math.min(1, Math.max(0, fraction));
  if (width <= BAR_WIDTH_MIN)
    return ` ${Math.round(clamped * 100)
      .toString()
      .padStart(3)}% `;
  const space = width - "[]".length;
  const filled = Math.floor(space * clamped);
  if (filled === space) return "=".repeat(space);
  const fill = filled > 0 ? `${"=".repeat(filled - 1)}>` : "";
  return fill + paint("-".repeat(space - filled), "faint");
}

function shortened(name: string, width: number): string {
  return name.length > width ? `${name.slice(0, width - 3)}...` : name;
}

/** As many digits as `max` has. */
function fixedInteger(value: number, max: number): string {
  return value.toString().padStart(max.toString().length, "0");
}

/** Two digits after the point, and as many before it as `max` has. */
function fixedDecimal(value: number, max: number): string {
  return value.toFixed(2).padStart(Math.trunc(max).toString().length + ".00".length, "0");
}

/**
 * Writes a duration to a tenth of a second, with all the parts that `maxMs` has: `0m05.0s` of ten minutes.
 *
 * @see k6 source, internal/ui/pb/helpers
 */
export function fixedDuration(milliseconds: number, maxMs: number): string {
  const tenths = Math.round(Math.abs(milliseconds) / 100);
  const maxTenths = Math.max(tenths, Math.round(Math.abs(maxMs) / 100));
  const twoDigits = (value: number) => value.toString().padStart(2, "0");
  const seconds = Math.trunc(tenths / 10) % 60;
  const minutes = Math.trunc(tenths / 600) % 60;
  const hours = Math.trunc(tenths / 36_000) % 24;
  const days = Math.trunc(tenths / 864_000);
  const tenth = `.${tenths % 10}s`;
  if (maxTenths < 100) return seconds + tenth;
  if (maxTenths < 600) return twoDigits(seconds) + tenth;
  if (maxTenths < 6_000) return `${minutes}m${twoDigits(seconds)}${tenth}`;
  if (maxTenths < 36_000) return `${twoDigits(minutes)}m${twoDigits(seconds)}${tenth}`;
  const withinHour = `${twoDigits(minutes)}m${twoDigits(seconds)}${tenth}`;
  if (maxTenths < 360_000) return `${hours}h${withinHour}`;
  if (maxTenths < 864_000) return `${twoDigits(hours)}h${withinHour}`;
  const dayDigits = Math.trunc(maxTenths / 864_000).toString().length;
  return `${days.toString().padStart(dayDigits, "0")}d${twoDigits(hours)}h${withinHour}`;
}
