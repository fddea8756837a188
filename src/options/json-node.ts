/**
 * JSON as k6 sees it: the script's options become a text with sorted keys, and the complaints about it quote that text.
 *
 * Each value is a node that knows its place in the text, since k6's message shows the line around the wrong value.
 *
 * Behaviour: Go, encoding/json; k6 source, internal/js/bundle.go.
 */

export type JsonNode = { start: number; end: number } & (
  | { kind: "null" }
  | { kind: "bool"; value: boolean }
  | { kind: "number"; value: number; text: string }
  | { kind: "string"; value: string }
  | { kind: "array"; items: JsonNode[] }
  | { kind: "object"; entries: [key: string, node: JsonNode][] }
);

export interface JsonDocument {
  /** Indented by two spaces. */
  text: string;
  root: JsonNode;
}

/** A value that has no JSON form; the message is Go's. */
export class NotJsonError extends Error {
  override readonly name = "NotJsonError";
  /** Where it is: `scenarios.login.vus`. */
  readonly path: string;

  constructor(message: string, path: readonly string[]) {
    super(message);
    this.path = path.join(".");
  }

  get hint(): string | undefined {
    return this.path === "" ? undefined : `The value of "${this.path}" has no JSON form.`;
  }
}

/**
 * Writes a value of a script as k6 exports it: keys sorted, `undefined` as null.
 *
 * @throws {NotJsonError} For functions, NaN, infinities and cycles.
 */
export function toJsonDocument(value: unknown, { sortKeys }: { sortKeys: boolean }): JsonDocument {
  let text = "";
  const parents = new Set<object>();
  const path: string[] = [];
  const refuse = (message: string) => new NotJsonError(message, path);
  const writeMember = (key: string, part: unknown, indent: string): JsonNode => {
    path.push(key);
    const node = write(part, indent);
    path.pop();
    return node;
  };

  const write = (part: unknown, indent: string): JsonNode => {
    const start = text.length;
    const literal = (written: string, node: object): JsonNode => {
      text += written;
      return { ...node, start, end: text.length } as JsonNode;
    };
    switch (typeof part) {
      case "undefined":
        return literal("null", { kind: "null" });
      case "boolean":
        return literal(String(part), { kind: "bool", value: part });
      case "number": {
        if (!Number.isFinite(part)) {
          throw refuse(`json: unsupported value: ${Number.isNaN(part) ? "NaN" : part > 0 ? "+Inf" : "-Inf"}`);
        }
        return literal(String(part), { kind: "number", value: part, text: String(part) });
      }
      case "bigint":
        return literal(String(part), { kind: "number", value: Number(part), text: String(part) });
      case "string":
        return literal(escapeJson(part), { kind: "string", value: part });
      case "symbol":
        return literal(escapeJson(part.description ?? ""), { kind: "string", value: part.description ?? "" });
      case "function":
        throw refuse("json: unsupported type: func(sobek.FunctionCall) sobek.Value");
      case "object":
        break;
    }
    if (part === null) return literal("null", { kind: "null" });
    // By their tag, since the script's intrinsics are not those of this realm.
    const tag = Object.prototype.toString.call(part);
    if (tag === "[object Date]") return write((part as Date).toISOString(), indent);
    if (tag === "[object Number]" || tag === "[object String]" || tag === "[object Boolean]") {
      return write((part as { valueOf(): unknown }).valueOf(), indent);
    }
    if (parents.has(part)) throw refuse("json: unsupported value: encountered a cycle");
    parents.add(part);
    const node =
      Array.isArray(part) || tag === "[object Set]" || tag === "[object Map]"
        ? writeArray(Array.from(part as Iterable<unknown>), start, indent)
        : writeObject(part as Record<string, unknown>, start, indent);
    parents.delete(part);
    return node;
  };

  const writeArray = (values: unknown[], start: number, indent: string): JsonNode => {
    const inner = `${indent}  `;
    text += "[";
    const items = values.map((value, index) => {
      text += index === 0 ? `\n${inner}` : `,\n${inner}`;
      return writeMember(String(index), value, inner);
    });
    text += items.length > 0 ? `\n${indent}]` : "]";
    return { kind: "array", items, start, end: text.length };
  };

  const writeObject = (object: Record<string, unknown>, start: number, indent: string): JsonNode => {
    const inner = `${indent}  `;
    const keys = Object.keys(object);
    if (sortKeys) keys.sort();
    text += "{";
    const entries = keys.map((key, index): [string, JsonNode] => {
      text += `${index === 0 ? "" : ","}\n${inner}${escapeJson(key)}: `;
      return [key, writeMember(key, object[key], inner)];
    });
    text += entries.length > 0 ? `\n${indent}}` : "}";
    return { kind: "object", entries, start, end: text.length };
  };

  const root = write(value, "");
  return { text, root };
}

/** The plain value of a node, keys in the order of the text. */
export function toPlain(node: JsonNode): unknown {
  switch (node.kind) {
    case "null":
      return null;
    case "bool":
    case "number":
    case "string":
      return node.value;
    case "array":
      return node.items.map(toPlain);
    case "object":
      return Object.fromEntries(node.entries.map(([key, value]) => [key, toPlain(value)]));
  }
}

/** A JSON string as Go writes it: <, > and & are escaped too. */
export function escapeJson(value: string): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
