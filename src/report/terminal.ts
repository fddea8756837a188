/** Terminals: colours, and lines that stay at the bottom while others are written above them. */
import type { TextStream } from "../host/host.ts";

/** The escape codes in use here; see ECMA-48, "Select graphic rendition". */
const CODES = {
  bold: 1,
  faint: 2,
  red: 31,
  green: 32,
  yellow: 33,
  cyan: 36,
  white: 37,
} as const;

export type Style = keyof typeof CODES;

/** Writes text in some styles. */
export type Paint = (text: string, ...styles: Style[]) => string;

const plain: Paint = (text) => text;

const colored: Paint = (text, ...styles) => `\x1b[${styles.map((style) => CODES[style]).join(";")}m${text}\x1b[0m`;

/** @param enableColors False for files, pipes and `--no-color`. */
export function painter(enableColors: boolean): Paint {
  return enableColors ? colored : plain;
}

export type { TextStream };

const CLEAR_TO_LINE_END = "\x1b[K";

/** What a terminal most likely has if it does not say. */
export const COLUMNS_DEFAULT = 80;

/**
 * Lines at the bottom of a terminal, below all that standard output and standard error get.
 *
 * The cursor always rests where the next text goes, above the lines: text overwrites them, and they are drawn anew
 * below it. So both streams may share one terminal, and nothing flickers.
 */
export class LiveLines {
  private readonly terminal: TextStream;
  private lines: readonly string[] = [];

  constructor(terminal: TextStream) {
    this.terminal = terminal;
  }

  /** Shows these lines instead of the last ones. */
  show(lines: readonly string[]): void {
    this.lines = lines;
    this.terminal.write(this.drawn());
  }

  /** Writes whole lines to a stream of the same terminal, above the live ones. */
  write(stream: TextStream, text: string): void {
    stream.write(this.lines.length === 0 ? text : text.replaceAll("\n", `${CLEAR_TO_LINE_END}\n`));
    if (this.lines.length > 0) this.terminal.write(this.drawn());
  }

  /** Leaves the lines where they are, and the cursor below them. */
  finish(): void {
    if (this.lines.length > 0) this.terminal.write(`\n${this.lines.map((line) => `${line}\n`).join("")}`);
    this.lines = [];
  }

  /** An empty line and the lines, with the cursor back where it was. */
  private drawn(): string {
    const columns = this.terminal.columns ?? COLUMNS_DEFAULT;
    const rows = this.lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(visibleLength(line) / columns)), 1);
    const text = ["", ...this.lines].map((line) => `${line}${CLEAR_TO_LINE_END}\n`).join("");
    return `${text}\r\x1b[J\x1b[${rows}A`;
  }
}

function visibleLength(line: string): number {
  return [...line.replace(/\x1b\[[^@-~]*[@-~]/g, "")].length;
}
