/**
 * Dates such as `Mon, 02 Jan 2006 15:04:05 MST`, refused in the words of Go's `time.Parse`.
 */
import { quote } from "../../../src/module-api.ts";

const LAYOUT = "Mon, 02 Jan 2006 15:04:05 MST";
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** The layout's elements and what stands between them, each with what it matches. */
const ELEMENTS: readonly (readonly [element: string, pattern: RegExp])[] = [
  ["Mon", /^(?:Sun|Mon|Tue|Wed|Thu|Fri|Sat)/i],
  [", ", /^, +/],
  ["02", /^\d{2}/],
  [" ", /^ +/],
  ["Jan", /^(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)/i],
  [" ", /^ +/],
  ["2006", /^\d{4}/],
  [" ", /^ +/],
  ["15", /^\d{2}/],
  [":", /^:/],
  ["04", /^\d{2}/],
  [":", /^:/],
  ["05", /^\d{2}(?:[.,]\d+)?/],
  [" ", /^ +/],
  ["MST", /^(?:[A-Z]{3,4}(?![A-Z])|[+-]\d{2}(?!\d))/],
];

/** @returns Milliseconds since the epoch, or what Go says after `parsing time "..."`. */
export function parseRfc1123(text: string): number | { problem: string } {
  let rest = text;
  const found: Record<string, string> = {};
  for (const [element, pattern] of ELEMENTS) {
    const match = pattern.exec(rest);
    if (match === null) return { problem: ` as ${quote(LAYOUT)}: cannot parse ${quote(rest)} as ${quote(element)}` };
    found[element] = match[0];
    rest = rest.slice(match[0].length);
  }
  if (rest !== "") return { problem: `: extra text: ${quote(rest)}` };
  const [day, year, hour, minute] = ["02", "2006", "15", "04"].map((element) => Number(found[element])) as [
    number,
    number,
    number,
    number,
  ];
  const second = Number(found["05"]!.replace(",", "."));
  const month = MONTHS.findIndex((name) => name.toLowerCase() === found["Jan"]!.toLowerCase());
  if (hour > 23) return { problem: ": hour out of range" };
  if (minute > 59) return { problem: ": minute out of range" };
  if (second >= 60) return { problem: ": second out of range" };
  const ms = Date.UTC(year, month, day, hour, minute) + second * 1_000;
  if (day < 1 || new Date(Date.UTC(year, month, day)).getUTCDate() !== day) return { problem: ": day out of range" };
  return ms;
}
