/** Values that scripts give to tags. */
import { GoError } from "../../src/module-api.ts";

/**
 * The text of a tag's value.
 *
 * @throws {GoError} For anything but strings, numbers and booleans, in k6's words.
 */
export function tagValue(key: string, value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw new GoError(
    `invalid value for metric tag '${key}': only String, Boolean and Number types are accepted as a metric tag values`,
  );
}
