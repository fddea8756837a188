/** Values that scripts give to tags and metadata. */
import { GoError, type TagSet } from "../../src/module-api.ts";

/** The text of a value, or undefined if tags cannot hold it. */
function tagText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value === "symbol") return value.description ?? "";
  return typeof value === "object" && value !== null ? boxedText(value) : undefined;
}

/** As in k6, objects that stand for a number, a boolean or a symbol are it; those that stand for a string are not. */
function boxedText(value: object): string | undefined {
  const kind = Object.prototype.toString.call(value);
  if (kind === "[object Number]" || kind === "[object Boolean]") return String(value);
  return kind === "[object Symbol]" ? (value as unknown as symbol).description : undefined;
}

const refusal = (what: string, key: string, plural: string): string =>
  `invalid value for metric ${what} '${key}': only String, Boolean and Number types are accepted as a metric ${plural}`;

/**
 * The text of a tag's value.
 *
 * @throws {GoError} For anything but strings, numbers and booleans, in k6's words.
 */
export function tagValue(key: string, value: unknown): string {
  const text = tagText(value);
  if (text === undefined) throw new GoError(refusal("tag", key, "tag values"));
  return text;
}

/**
 * The text of a value of metadata.
 *
 * @throws {GoError} As `tagValue`.
 */
export function metadataValue(key: string, value: unknown): string {
  const text = tagText(value);
  if (text === undefined) throw new GoError(refusal("metadata", key, "metadata value"));
  return text;
}

/**
 * `tags` with the members of an object that a script handed in.
 *
 * @param context Precedes the message about a value that tags cannot hold.
 */
export function tagsFrom(tags: TagSet, given: unknown, context = ""): TagSet {
  if (given === undefined || given === null) return tags;
  let set = tags;
  // a text has a tag for each of its characters, as in k6
  for (const key of Object.keys(Object(given))) {
    const value = (given as Record<string, unknown>)[key];
    const text = tagText(value);
    if (text === undefined) throw new GoError(`${context}${refusal("tag", key, "tag values")}`);
    set = set.with(key, text);
  }
  return set;
}
