/**
 * Numbers and quotes as the messages of k6 read and write them, which is how Go's standard library does.
 *
 * @see pkg.go.dev/strconv, ParseFloat and Quote
 */

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const HEXADECIMAL = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?\d+)$/;
const INFINITE = /^[+-]?inf(?:inity)?$/i;

/**
 * Reads a number.
 *
 * @throws {RangeError} With Go's words, if `text` is no number or too great.
 */
export function parseGoFloat(text: string): number {
  if (DECIMAL.test(text)) {
    const value = Number(text);
    if (Number.isFinite(value)) return value;
    throw new RangeError(`strconv.ParseFloat: parsing ${goQuote(text)}: value out of range`);
  }
  if (INFINITE.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  if (/^nan$/i.test(text)) return NaN;
  const hex = HEXADECIMAL.exec(text);
  if (hex !== null && hex[2]! + hex[3]! !== "") {
    const mantissa = Number.parseInt(hex[2]! + hex[3]!, 16) * 16 ** -hex[3]!.length;
    return (hex[1] === "-" ? -1 : 1) * mantissa * 2 ** Number(hex[4]);
  }
  throw new RangeError(`strconv.ParseFloat: parsing ${goQuote(text)}: invalid syntax`);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
};

/** Puts text in double quotes, with what cannot be printed escaped. */
export function goQuote(text: string): string {
  const escaped = text.replace(/["\\]|[^\P{C}]|[^\P{Z} ]/gu, (char) => {
    const known = ESCAPES[char];
    if (known !== undefined) return known;
    const code = char.codePointAt(0)!;
    if (code < 0x80) return `\\x${code.toString(16).padStart(2, "0")}`;
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
  return `"${escaped}"`;
}
