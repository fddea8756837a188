/**
 * The reading of one document of options: where we are, what was wrong so far, and the readers of plain values.
 *
 * `read.ts` tells which complaint comes first and why.
 *
 * Behaviour: Go, encoding/json (UnmarshalTypeError); guregu/null v3.
 */
import { durationFromNumber, parseDuration } from "../base/duration.ts";
import { quote } from "../base/quote.ts";
import { didYouMean } from "../base/typo.ts";
import { type JsonNode, toPlain } from "./json-node.ts";
import type { Notice } from "./notice.ts";
import { isValueError, parseInteger, ValueError } from "./text-values.ts";

interface Complaint {
  message: string;
  /** Ends the reading in k6's decoder. */
  immediate: boolean;
  /** The option, as the user would write it: `scenarios.work.vus`. */
  path: string;
  /** Set if the decoder found a value of the wrong type: how far it had read in the innermost document. */
  offset?: number;
  hint?: string;
}

/** What is known while a document is read: where we are, and what was wrong so far. */
export class Reading {
  readonly complaints: Complaint[] = [];
  readonly notices: Notice[] = [];
  readonly unknown: string[] = [];
  /** The user's path, for hints. */
  readonly path: string[] = [];
  /** Go's names of the fields, for messages; keys of maps are not among them. */
  readonly fields: string[] = [];
  /** The Go type that the first field is in. */
  struct = "";
  /** Where the innermost document, that of the value being read by a function of its own, begins. */
  documentStart = 0;

  /** Runs `read` one level down. */
  within<T>(step: { key: string; field?: string }, read: () => T): T {
    this.path.push(step.key);
    const depth = this.fields.length;
    if (step.field !== undefined) this.fields.push(step.field);
    const result = read();
    this.fields.length = depth;
    this.path.pop();
    return result;
  }

  /** Runs `read` for a value that has a function of its own, which decodes it as a document of its own. */
  document<T>(node: JsonNode, read: () => T): T {
    const outer = this.documentStart;
    this.documentStart = node.start;
    const result = read();
    this.documentStart = outer;
    return result;
  }

  complain(node: JsonNode, message: string, details: { immediate?: boolean; hint?: string } = {}): undefined {
    const isLiteral = node.kind !== "array" && node.kind !== "object";
    this.complaints.push({
      message,
      immediate: details.immediate ?? isLiteral,
      path: this.path.join("."),
      hint: details.hint,
    });
  }

  /** The value has a type that the field cannot take. `immediate` if a function of its own found that out. */
  mismatch(
    node: JsonNode,
    goType: string,
    details: { immediate?: boolean; what?: string; hint?: string } = {},
  ): undefined {
    const what = details.what ?? node.kind;
    const place = this.fields.length === 0 ? "value" : `struct field ${this.struct}.${this.fields.join(".")}`;
    const isLiteral = node.kind !== "array" && node.kind !== "object";
    this.complaints.push({
      message: `json: cannot unmarshal ${what} into Go ${place} of type ${goType}`,
      immediate: (details.immediate ?? false) && isLiteral,
      path: this.path.join("."),
      offset: (isLiteral ? node.end : node.start + 1) - this.documentStart,
      hint: details.hint,
    });
  }

  /** Runs a reader of texts; its refusal ends k6's decoding. */
  text<T>(node: JsonNode, read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!isValueError(error)) throw error;
      return this.complain(node, error.message, { hint: error.hint });
    }
  }

  /** The complaint that k6 makes. */
  first(): Complaint | undefined {
    return this.complaints.find((complaint) => complaint.immediate) ?? this.complaints[0];
  }

  /** Where the first complaint is, what would be right, and what else is wrong. */
  hint(): string | undefined {
    const first = this.first();
    if (first === undefined) return undefined;
    const about = (complaint: Complaint) => (complaint.path === "" ? "options" : `option ${quote(complaint.path)}`);
    const others = this.complaints.filter((complaint) => complaint !== first);
    return [
      `This is about ${about(first)}.${first.hint === undefined ? "" : ` ${first.hint}`}`,
      ...others.map((other) => `Also wrong, ${about(other)}: ${other.message}${other.hint ? `. ${other.hint}` : ""}`),
    ].join("\n");
  }
}

export type Reader<T> = (reading: Reading, node: JsonNode) => T | undefined;

/** Reads the fields of an object by name, whatever its case. Unknown names go to `onUnknown`. */
export function readFields(
  reading: Reading,
  node: JsonNode & { kind: "object" },
  readers: Record<string, Reader<unknown>>,
  { onUnknown, fieldPrefix = () => [] }: { onUnknown: (key: string) => void; fieldPrefix?: (name: string) => string[] },
): Record<string, unknown> {
  const names = Object.keys(readers);
  const values: Record<string, unknown> = {};
  for (const [key, child] of node.entries) {
    const name = names.includes(key) ? key : names.find((known) => known.toLowerCase() === key.toLowerCase());
    if (name === undefined) {
      onUnknown(key);
      continue;
    }
    const field = [...fieldPrefix(name), name].join(".");
    const value = reading.within({ key, field }, () => readers[name]!(reading, child));
    if (value !== undefined) values[name] = value;
  }
  return values;
}

export const isNull = (node: JsonNode): node is JsonNode & { kind: "null" } => node.kind === "null";

/** What guregu/null calls the type of a value that it cannot take. */
function reflectName(node: JsonNode): string {
  return { null: "nil", bool: "bool", number: "float64", string: "string", array: "", object: "" }[node.kind];
}

export const readBool: Reader<boolean> = (reading, node) => {
  if (isNull(node)) return undefined;
  if (node.kind === "bool") return node.value;
  return reading.complain(node, `json: cannot unmarshal ${reflectName(node)} into Go value of type null.Bool`, {
    hint: "It is true or false, without quotes.",
  });
};

export const readInt: Reader<number> = (reading, node) => {
  if (isNull(node)) return undefined;
  if (node.kind === "number") {
    if (Number.isInteger(node.value) && Math.abs(node.value) < 2 ** 63) return node.value;
    return reading.document(node, () =>
      reading.mismatch(node, "int64", {
        immediate: true,
        what: `number ${node.text}`,
        hint: "It is a whole number.",
      }),
    );
  }
  if (node.kind === "string") return node.value === "" ? undefined : reading.text(node, () => parseInteger(node.value));
  return reading.complain(node, `json: cannot unmarshal ${reflectName(node)} into Go value of type null.Int`, {
    hint: "It is a whole number.",
  });
};

export const readString: Reader<string> = (reading, node) => {
  if (isNull(node)) return undefined;
  if (node.kind === "string") return node.value;
  return reading.complain(node, `json: cannot unmarshal ${reflectName(node)} into Go value of type null.String`, {
    hint: "It is a text, in quotes.",
  });
};

export const readDuration: Reader<number> = (reading, node) => {
  if (isNull(node)) return undefined;
  if (node.kind === "number") return durationFromNumber(node.value);
  if (node.kind === "string") {
    return reading.text(node, () => {
      try {
        return parseDuration(node.value);
      } catch (error) {
        if (!isValueError(error)) throw error;
        throw new ValueError(
          error.message,
          "A duration is a number with a unit, like '30s' or '1m30s', or milliseconds.",
        );
      }
    });
  }
  return reading.complain(node, `'${JSON.stringify(toPlain(node))}' is not a valid duration value`);
};

/** A plain Go string: no conversion, and no end of the reading. */
export const readPlainString: Reader<string> = (reading, node) => {
  if (isNull(node)) return undefined;
  if (node.kind === "string") return node.value;
  return reading.mismatch(node, "string", { hint: "It is a text, in quotes." });
};

export function listOf<T>(goType: string, read: Reader<T>, { own = false } = {}): Reader<T[]> {
  return (reading, node) => {
    if (isNull(node)) return undefined;
    const readItems = () => {
      if (node.kind !== "array")
        return reading.mismatch(node, goType, { immediate: own, hint: "It is a list: [...]." });
      return node.items.flatMap((item, index) => {
        const value = reading.within({ key: String(index) }, () => read(reading, item));
        return value === undefined ? [] : [value];
      });
    };
    return own ? reading.document(node, readItems) : readItems();
  };
}

export function mapOf<T>(goType: string, read: Reader<T>): Reader<Record<string, T>> {
  return (reading, node) => {
    if (isNull(node)) return undefined;
    if (node.kind !== "object") return reading.mismatch(node, goType, { hint: "It is an object: { name: value }." });
    const entries = node.entries.flatMap(([key, child]): [string, T][] => {
      const value = reading.within({ key }, () => read(reading, child));
      return value === undefined ? [] : [[key, value]];
    });
    return Object.fromEntries(entries);
  };
}

/** Values of a Go type that reads itself from text: anything but a text is a mismatch. */
export function textOf<T>(goType: string, read: (text: string) => T): Reader<T> {
  return (reading, node) => {
    if (isNull(node)) return undefined;
    if (node.kind !== "string") return reading.mismatch(node, goType, { hint: "It is a text, in quotes." });
    return reading.text(node, () => read(node.value));
  };
}

/** An element of a list or map of texts; null and undefined are the empty text. */
export const readElement: Reader<string> = (reading, node) => (isNull(node) ? "" : readPlainString(reading, node));

export const readStrings = listOf("[]string", readElement);
export const readTags = mapOf("map[string]string", readElement);

/** A field that does not exist, where that is an error. */
export function unknownField(reading: Reading, node: JsonNode, key: string, known: readonly string[]): void {
  reading.within({ key }, () =>
    reading.complain(node, `json: unknown field ${quote(key)}`, {
      immediate: false,
      hint: didYouMean(key, known) ?? `Known fields are ${[...known].sort().join(", ")}.`,
    }),
  );
}
