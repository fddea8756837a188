/** A terminal of so many columns that obeys the escape codes which the progress display uses. */
import type { TextStream } from "../../src/report/terminal.ts";

export class FakeTerminal implements TextStream {
  readonly isTTY = true;
  readonly columns: number;
  private readonly rows: string[][] = [[]];
  private row = 0;
  private column = 0;

  constructor(columns = 80) {
    this.columns = columns;
  }

  write(text: string): void {
    for (const [token] of text.matchAll(/\x1b\[(\d*)([A-Za-z])|[\s\S]/gu)) {
      if (token.startsWith("\x1b[")) this.obey(token.slice(2, -1), token.at(-1)!);
      else if (token === "\n") this.moveTo(this.row + 1, 0);
      else if (token === "\r") this.column = 0;
      else this.put(token);
    }
  }

  /** What can be read, without blanks at the end of lines and empty lines at the end. */
  screen(): string[] {
    return this.rows
      .map((cells) => cells.join("").trimEnd())
      .join("\n")
      .trimEnd()
      .split("\n");
  }

  private put(character: string): void {
    if (this.column === this.columns) this.moveTo(this.row + 1, 0);
    const cells = this.rows[this.row]!;
    while (cells.length < this.column) cells.push(" ");
    cells[this.column++] = character;
  }

  private obey(parameter: string, code: string): void {
    if (code === "K") this.rows[this.row]!.length = Math.min(this.rows[this.row]!.length, this.column);
    else if (code === "J") {
      this.rows[this.row]!.length = Math.min(this.rows[this.row]!.length, this.column);
      this.rows.length = this.row + 1;
    } else if (code === "A") this.moveTo(Math.max(0, this.row - Number(parameter)), this.column);
    else if (code !== "m") throw new Error(`the fake terminal does not know the code ${code}`);
  }

  private moveTo(row: number, column: number): void {
    while (this.rows.length <= row) this.rows.push([]);
    this.row = row;
    this.column = column;
  }
}
