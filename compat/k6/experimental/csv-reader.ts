/**
 * Reads records of comma-separated values, with the rules and messages of Go's encoding/csv, which k6 uses.
 *
 * Lines end with LF or CRLF; empty lines are skipped; a field in quotation marks may hold anything, quotation marks
 * doubled; every record has as many fields as the first.
 *
 * @see RFC 4180; Go documentation, package encoding/csv
 */
import { Buffer } from "node:buffer";
import { GoError } from "../../../src/module-api.ts";

export class CsvReader {
  private readonly text: string;
  private readonly delimiter: string;
  private at = 0;
  private line = 0;
  private fieldCount = 0;

  constructor(text: string, delimiter: string) {
    this.text = text;
    this.delimiter = delimiter;
  }

  /**
   * The next record; undefined at the end.
   *
   * @throws {GoError} For text that is none.
   */
  read(): string[] | undefined {
    let line: string | undefined;
    do line = this.nextLine();
    while (line === "\n");
    if (line === undefined) return undefined;
    const startLine = this.line;
    const record = this.fields(line, startLine);
    if (this.fieldCount === 0) this.fieldCount = record.length;
    if (record.length !== this.fieldCount) throw new GoError(`record on line ${startLine}: wrong number of fields`);
    return record;
  }

  /** A line with its LF; CRLF counts as LF. */
  private nextLine(): string | undefined {
    const { text } = this;
    if (this.at >= text.length) return undefined;
    const end = text.indexOf("\n", this.at);
    const line = text.slice(this.at, end < 0 ? text.length : end + 1);
    this.at += line.length;
    this.line++;
    if (end < 0) return line.endsWith("\r") ? line.slice(0, -1) : line;
    return line.endsWith("\r\n") ? `${line.slice(0, -2)}\n` : line;
  }

  private fields(first: string, startLine: number): string[] {
    const { delimiter } = this;
    const record: string[] = [];
    let line = first;
    for (let at = 0; ; ) {
      if (line[at] !== '"') {
        const end = line.indexOf(delimiter, at);
        const field = line.slice(at, end < 0 ? withoutBreak(line) : end);
        const quote = field.indexOf('"');
        if (quote >= 0) throw this.wrong('bare " in non-quoted-field', startLine, line, at + quote);
        record.push(field);
        if (end < 0) return record;
        at = end + delimiter.length;
        continue;
      }
      let field = "";
      at++;
      for (;;) {
        const quote = line.indexOf('"', at);
        if (quote < 0) {
          field += line.slice(at);
          const next = this.nextLine();
          if (next === undefined) throw this.wrong(EXTRANEOUS, startLine, line, line.length);
          line = next;
          at = 0;
          continue;
        }
        field += line.slice(at, quote);
        at = quote + 1;
        if (line[at] !== '"') break;
        field += '"';
        at++;
      }
      record.push(field);
      if (at >= withoutBreak(line)) return record;
      if (!line.startsWith(delimiter, at)) throw this.wrong(EXTRANEOUS, startLine, line, at - 1);
      at += delimiter.length;
    }
  }

  private wrong(what: string, startLine: number, line: string, at: number): GoError {
    const column = Buffer.byteLength(line.slice(0, at)) + 1;
    const place = `parse error on line ${this.line}, column ${column}: ${what}`;
    return new GoError(startLine === this.line ? place : `record on line ${startLine}; ${place}`);
  }
}

const EXTRANEOUS = 'extraneous or missing " in quoted-field';

/** Length of a line without its LF. */
const withoutBreak = (line: string): number => (line.endsWith("\n") ? line.length - 1 : line.length);
