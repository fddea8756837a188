/** Colours of a terminal, and what takes their place where there is none. */

/** The escape codes in use here; see ECMA-48, "Select graphic rendition". */
const CODES = {
  bold: 1,
  faint: 2,
  red: 31,
  green: 32,
  yellow: 33,
  blue: 34,
  cyan: 36,
  white: 37,
  gray: 90,
} as const;

export type Style = keyof typeof CODES;

/** Writes text in some styles. */
export type Paint = (text: string, ...styles: Style[]) => string;

/** For files, pipes and `--no-color`. */
export const plain: Paint = (text) => text;

export const colored: Paint = (text, ...styles) =>
  `\x1b[${styles.map((style) => CODES[style]).join(";")}m${text}\x1b[0m`;

export function painter(enableColors: boolean): Paint {
  return enableColors ? colored : plain;
}

/** Lines that stay at the bottom of a terminal while others are written above them. */
export const CLEAR_TO_LINE_END = "\x1b[K";

/** Goes to the start of the line so many lines up, having cleared everything from here down. */
export function goUp(lines: number): string {
  return `\r\x1b[J\x1b[${lines}A`;
}
