/**
 * Go's quoted strings, in which k6 shows the values that a person wrote.
 *
 * Behaviour: Go, package strconv, Quote (the verb %q).
 */
const SHORT: Record<string, string> = {
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

/** Quotes `text` as Go does: what is not printable becomes an escape. */
export function quote(text: string): string {
  let quoted = '"';
  for (const character of text) quoted += SHORT[character] ?? printable(character);
  return `${quoted}"`;
}

function printable(character: string): string {
  if (character === " " || /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(character)) return character;
  const code = character.codePointAt(0)!;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, "0")}`;
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, "0")}`;
  return `\\U${code.toString(16).padStart(8, "0")}`;
}
