/**
 * Points in time as text, in the time zone of the machine: "2026-03-01T12:00:00.25+01:00".
 *
 * Rule: RFC 3339, in the two forms of Go's package time that k6 writes.
 */
import { readlinkSync } from "node:fs";
import process from "node:process";

const MS_PER_SECOND = 1_000;
const MICROSECONDS_PER_SECOND = 1_000_000;

/** What the second before said; most calls are about the same second. */
let lastSecond = NaN;
let lastDateTime = "";
let lastOffset = "";

/** Writes a time to the second. */
export function rfc3339(epochMs: number): string {
  renderSecond(Math.floor(epochMs / MS_PER_SECOND));
  return lastDateTime + lastOffset;
}

/** Writes a time with its fraction, to the microsecond (a number of milliseconds knows no more), without trailing zeros. */
export function rfc3339Nano(epochMs: number): string {
  const microseconds = Math.round(epochMs * 1_000);
  const second = Math.floor(microseconds / MICROSECONDS_PER_SECOND);
  renderSecond(second);
  const fraction = microseconds - second * MICROSECONDS_PER_SECOND;
  if (fraction === 0) return lastDateTime + lastOffset;
  return `${lastDateTime}.${fraction.toString().padStart(6, "0").replace(/0+$/, "")}${lastOffset}`;
}

function renderSecond(second: number): void {
  if (second === lastSecond) return;
  lastSecond = second;
  isUtc ??= saysUtc();
  const offsetMinutes = isUtc ? 0 : -new Date(second * MS_PER_SECOND).getTimezoneOffset();
  lastDateTime = new Date(second * MS_PER_SECOND + offsetMinutes * 60_000).toISOString().slice(0, 19);
  lastOffset = offsetMinutes === 0 ? "Z" : offsetText(offsetMinutes);
}

let isUtc: boolean | undefined;

/**
 * Whether the machine's time zone is UTC, as that of containers is, and the runtime need not be asked: the first question
 * takes it 4 ms. What is not recognised here is asked.
 */
function saysUtc(): boolean {
  if (process.platform !== "linux") return false;
  const zone = process.env.TZ;
  if (zone !== undefined) return /^:?(?:Etc\/)?UTC$/.test(zone);
  try {
    return /\/UTC$/.test(readlinkSync("/etc/localtime"));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT";
  }
}

function offsetText(minutes: number): string {
  const size = Math.abs(minutes);
  const hours = Math.trunc(size / 60);
  return `${minutes < 0 ? "-" : "+"}${String(hours).padStart(2, "0")}:${String(size % 60).padStart(2, "0")}`;
}
