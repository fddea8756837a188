/**
 * Numbers inside the small languages of k6 (thresholds, summary statistics), read as Go reads them.
 *
 * @see pkg.go.dev/strconv, ParseFloat
 */
import { quote } from "../base/quote.ts";

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const HEXADECIMAL = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?\d+)$/;
/** Between two digits, and nowhere else. */
const SEPARATORS = /(?<=\d)_(?=\d)/g;
const INFINITE = /^[+-]?inf(?:inity)?$/i;

/**
 * Reads a number.
 *
 * @throws {RangeError} With Go's words, if `text` is no number or too great.
 */
export function parseGoFloat(text: string): number {
  const digits = text.replace(SEPARATORS, "");
  if (DECIMAL.test(digits)) {
    const value = Number(digits);
    if (Number.isFinite(value)) return value;
    throw new RangeError(`strconv.ParseFloat: parsing ${quote(text)}: value out of range`);
  }
  if (INFINITE.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  if (/^nan$/i.test(text)) return NaN;
  const hex = HEXADECIMAL.exec(text);
  if (hex !== null && hex[2]! + hex[3]! !== "") {
    const mantissa = Number.parseInt(hex[2]! + hex[3]!, 16) * 16 ** -hex[3]!.length;
    return (hex[1] === "-" ? -1 : 1) * mantissa * 2 ** Number(hex[4]);
  }
  throw new RangeError(`strconv.ParseFloat: parsing ${quote(text)}: invalid syntax`);
}
