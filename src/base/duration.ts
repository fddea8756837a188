/**
 * Durations as k6 users write them: "1m30s", "500ms", "1d2h", or a bare number of milliseconds.
 *
 * Inside the engine a duration is a number of milliseconds. k6 counts whole nanoseconds, so texts are read as whole
 * nanoseconds, rounded towards zero, and only then turned into milliseconds; up to 13 days that loses nothing.
 *
 * Behaviour: k6 source, lib/types/types.go; Go, package time, ParseDuration and Duration.String (for the error texts too).
 */
import { quote } from "./quote.ts";

const NANOSECONDS_PER_MS = 1e6;

const UNIT_NANOSECONDS: Record<string, number> = {
  ns: 1,
  us: 1e3,
  "\u00b5s": 1e3, // micro sign
  "\u03bcs": 1e3, // Greek mu
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

const DAY_MS = 86_400_000;

/** Go's int64 nanoseconds end here, at 292 years. */
const NANOSECONDS_MAX = 2 ** 63;

/** What cannot be read as a duration; the message is Go's, for callers to wrap. */
export class DurationError extends Error {
  override readonly name = "DurationError";
}

/**
 * Reads a Go duration: a sign, then numbers each with its unit.
 *
 * @returns Milliseconds.
 * @throws {DurationError} With Go's message, `time: invalid duration "soon"`.
 */
export function parseGoDuration(text: string): number {
  const invalid = () => new DurationError(`time: invalid duration ${quote(text)}`);
  const signed = /^([+-]?)(.*)$/s.exec(text)!;
  let rest = signed[2]!;
  if (rest === "0") return 0;
  if (rest === "") throw invalid();
  let nanoseconds = 0;
  while (rest !== "") {
    const number = /^(\d*)(?:\.(\d*))?/.exec(rest)!;
    const whole = number[1]!;
    const fraction = number[2] ?? "";
    if (whole === "" && fraction === "") throw invalid();
    rest = rest.slice(number[0].length);
    const unit = /^[^.\d]*/.exec(rest)![0];
    if (unit === "") throw new DurationError(`time: missing unit in duration ${quote(text)}`);
    const scale = UNIT_NANOSECONDS[unit];
    if (scale === undefined) {
      throw new DurationError(`time: unknown unit ${quote(unit)} in duration ${quote(text)}`);
    }
    rest = rest.slice(unit.length);
    nanoseconds += Number(whole) * scale + Math.trunc(Number(fraction) * (scale / 10 ** fraction.length));
    if (!(nanoseconds < NANOSECONDS_MAX)) throw invalid();
  }
  if (nanoseconds === 0) return 0;
  return (signed[1] === "-" ? -nanoseconds : nanoseconds) / NANOSECONDS_PER_MS;
}

/**
 * Reads a duration of an option: a Go duration, days before it ("1d2h"), or a number of milliseconds.
 *
 * @returns Milliseconds.
 * @throws {DurationError} With k6's message.
 */
export function parseDuration(text: string): number {
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return durationFromNumber(Number(text));
  const dayAt = text.indexOf("d");
  if (dayAt < 0) return parseGoDuration(text);
  const hoursText = text.slice(dayAt + 1);
  const hours = hoursText === "" ? 0 : parseGoDuration(hoursText);
  if (hours < 0) throw new DurationError(`invalid time format '${hoursText}'`);
  const daysText = text.slice(0, dayAt);
  if (!/^[+-]?\d+$/.test(daysText)) {
    throw new DurationError(`strconv.ParseInt: parsing ${quote(daysText)}: invalid syntax`);
  }
  const days = Number(daysText);
  return days * DAY_MS + (days < 0 ? -hours : hours);
}

/** A number of milliseconds as a duration: whole nanoseconds, rounded towards zero. */
export function durationFromNumber(milliseconds: number): number {
  const nanoseconds = Math.trunc(milliseconds * NANOSECONDS_PER_MS);
  return nanoseconds === 0 ? 0 : nanoseconds / NANOSECONDS_PER_MS;
}

/** Whole nanoseconds of a duration; exact below 13 days. */
export function toNanoseconds(milliseconds: number): number {
  return Math.round(milliseconds * NANOSECONDS_PER_MS);
}

/** The duration of so many nanoseconds. */
export function fromNanoseconds(nanoseconds: number): number {
  return nanoseconds / NANOSECONDS_PER_MS;
}

/** Renders a duration as Go does: "1h0m0s", "1m30s", "1.5s", "500ms", "0s". */
export function formatDuration(milliseconds: number): string {
  const sign = milliseconds < 0 ? "-" : "";
  const nanoseconds = BigInt(toNanoseconds(Math.abs(milliseconds)));
  if (nanoseconds === 0n) return "0s";
  if (nanoseconds < 1_000n) return `${sign}${nanoseconds}ns`;
  if (nanoseconds < 1_000_000n) return `${sign}${decimal(nanoseconds, 3)}\u00b5s`;
  if (nanoseconds < 1_000_000_000n) return `${sign}${decimal(nanoseconds, 6)}ms`;
  const minutes = nanoseconds / 60_000_000_000n;
  const seconds = `${decimal(nanoseconds % 60_000_000_000n, 9)}s`;
  if (minutes === 0n) return sign + seconds;
  if (minutes < 60n) return `${sign}${minutes}m${seconds}`;
  return `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

/** `value` divided by ten to the power of `digits`, without trailing zeros. */
function decimal(value: bigint, digits: number): string {
  const scale = 10n ** BigInt(digits);
  const fraction = (value % scale).toString().padStart(digits, "0").replace(/0+$/, "");
  return fraction === "" ? `${value / scale}` : `${value / scale}.${fraction}`;
}
