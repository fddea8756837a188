/**
 * The module `k6/experimental/csv`: rows of a file, all at once in a SharedArray or one after the other.
 *
 * @see k6 docs, javascript-api/k6-experimental/csv
 */
import { bareRejection, GoError, type ModuleFactory, promised } from "../../../src/module-api.ts";
import { sharedArrayView } from "../shared-array.ts";
import { CsvReader } from "./csv-reader.ts";
import { OpenFile } from "./file.ts";

interface CsvOptions {
  delimiter: string;
  skipFirstLine: boolean;
  fromLine: number | undefined;
  toLine: number | undefined;
  asObjects: boolean;
}

/** The rows that the options ask for. */
class Rows {
  private readonly reader: CsvReader;
  private readonly options: CsvOptions;
  private readonly columns: string[] | undefined;
  /** Rows that were read or skipped. */
  private line = 0;

  constructor(file: OpenFile, options: CsvOptions) {
    checkOptions(options);
    this.options = options;
    this.reader = new CsvReader(
      new TextDecoder("utf-8", { ignoreBOM: true }).decode(file.readRest()),
      options.delimiter,
    );
    const { fromLine = 0 } = options;
    if (options.asObjects) this.columns = this.skip("failed to read the first line");
    if (options.skipFirstLine && fromLine === 0) this.skip("failed to skip the first line");
    while (this.line < fromLine) this.skip(`failed to skip lines until line ${fromLine}`);
  }

  private skip(otherwise: string): string[] {
    const row = this.guarded(() => this.reader.read(), otherwise);
    if (row === undefined) throw new GoError(`${otherwise}; reason: EOF`);
    this.line++;
    return row;
  }

  private guarded<T>(read: () => T, otherwise: string): T {
    try {
      return read();
    } catch (error) {
      throw new GoError(`${otherwise}; reason: ${(error as Error).message}`);
    }
  }

  /** The next row, or with `asObjects` an object of it, its keys sorted; undefined at the end. */
  next(): string[] | Record<string, string> | undefined {
    const { toLine = 0 } = this.options;
    if (toLine > 0 && this.line > toLine) return undefined;
    const row = this.reader.read();
    if (row === undefined) return undefined;
    this.line++;
    const { columns } = this;
    if (columns === undefined) return row;
    if (row.length !== columns.length) {
      throw new GoError(`record length (${row.length}) doesn't match header length (${columns.length})`);
    }
    const byName = new Map(columns.map((name, index) => [name, row[index]!]));
    return Object.fromEntries([...byName].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

/** @throws {GoError} In k6's words. */
function checkOptions({ asObjects, skipFirstLine, fromLine, toLine }: CsvOptions): void {
  if (asObjects && skipFirstLine)
    throw new GoError("the 'header' option cannot be enabled when 'skipFirstLine' is true");
  if (asObjects && (fromLine ?? 0) > 0) {
    throw new GoError("the 'header' option cannot be enabled when 'fromLine' is set to a value greater than 0");
  }
  for (const [name, value] of Object.entries({ fromLine, toLine })) {
    if ((value ?? 0) < 0) throw new GoError(`the '${name}' option must be greater than or equal to 0; got ${value}`);
  }
}

function readOptions(given: any): CsvOptions {
  const options: CsvOptions = {
    delimiter: ",",
    skipFirstLine: false,
    fromLine: undefined,
    toLine: undefined,
    asObjects: false,
  };
  if (given === undefined || given === null) return options;
  if (given.delimiter !== undefined) {
    options.delimiter = String(given.delimiter);
    if (new TextEncoder().encode(options.delimiter).length !== 1)
      throw new GoError("delimiter must be a single character");
  }
  if (given.skipFirstLine !== undefined) options.skipFirstLine = Boolean(given.skipFirstLine);
  if (given.fromLine !== undefined) options.fromLine = Math.trunc(Number(given.fromLine)) || 0;
  if (given.toLine !== undefined) options.toLine = Math.trunc(Number(given.toLine)) || 0;
  if (given.asObjects !== undefined) options.asObjects = Boolean(given.asObjects);
  const { fromLine, toLine } = options;
  if (fromLine !== undefined && toLine !== undefined && fromLine >= toLine) {
    throw new GoError("fromLine must be less than or equal to toLine");
  }
  return options;
}

/** Runs `make`; what it throws is told with what was being done. */
function doing<T>(what: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new GoError(`${what}; reason: ${(error as Error).message}`);
  }
}

const csv: ModuleFactory = (runtime) => {
  const { rt } = runtime;
  const fileOf = (given: unknown): OpenFile => {
    const file = rt.stateOf(given);
    if (file instanceof OpenFile) return file;
    throw new GoError(`first argument expected to be a fs.File instance, got ${goValueType(given)} instead`);
  };
  const views = new Map<string, object>();

  const parse = rt.fn("parse", 2, ([fileGiven, optionsGiven]) => {
    const file = fileOf(fileGiven);
    const options = doing("failed to interpret the provided Parser options", () => readOptions(optionsGiven));
    const name = `csv.parse.${JSON.stringify([file.path, options])}`;
    const rows = doing("failed to create a new parser", () => new Rows(file, options));
    const work = async (): Promise<object> => {
      let view = views.get(name);
      if (view === undefined) {
        const list = runtime.sharedArrays.get(name) ?? runtime.sharedArrays.add(name, [...texts(rows)]);
        views.set(name, (view = sharedArrayView(runtime, list)));
      }
      return view;
    };
    return promised(runtime, work(), (view) => view);
  });

  const next = rt.fn("next", 0, (_args, self) => {
    const rows = rt.stateOf(self) as Rows;
    const work = async (): Promise<string> => {
      let value: ReturnType<Rows["next"]>;
      try {
        value = rows.next();
      } catch (error) {
        throw bareRejection((error as Error).message);
      }
      return JSON.stringify(value === undefined ? { done: true, value: [] } : { done: false, value });
    };
    return promised(runtime, work(), (json) => rt.json(json));
  });
  const Parser = rt.defineClass("Parser", 2, {
    callable: true,
    make([fileGiven, optionsGiven]) {
      if (!runtime.vu.inInit) throw new GoError("csv Parser constructor must be called in the init context");
      if (fileGiven === undefined || fileGiven === null) {
        throw new GoError("csv Parser constructor takes at least one non-nil source argument");
      }
      const file = fileOf(fileGiven);
      const options = doing("encountered an error while interpreting Parser options", () => readOptions(optionsGiven));
      return rt.tie(
        Object.assign(rt.object(), { next }),
        doing("failed to create a new parser", () => new Rows(file, options)),
      );
    },
  });

  return { named: { parse, Parser } };
};

function* texts(rows: Rows): Generator<string> {
  try {
    for (let row = rows.next(); row !== undefined; row = rows.next()) yield JSON.stringify(row);
  } catch (error) {
    throw new GoError(`failed to read record; reason: ${(error as Error).message}`);
  }
}

/** How k6's engine calls a value that is no file. */
function goValueType(value: unknown): string {
  switch (typeof value) {
    case "undefined":
      return "sobek.valueUndefined";
    case "string":
      return "sobek.asciiString";
    case "number":
      return Number.isInteger(value) ? "sobek.valueInt" : "sobek.valueFloat";
    case "boolean":
      return "sobek.valueBool";
    default:
      return value === null ? "sobek.valueNull" : "*sobek.Object";
  }
}

export default csv;
