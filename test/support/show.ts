/**
 * Values of any realm as text, the same for equal values: what tests compare.
 *
 * Of an error only the name is shown unless its message begins with "u:", which marks the messages of the tests
 * themselves: the engine's own wording is not what they are about.
 */
export function show(value: unknown, depth = 0): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return `[function ${value.name}]`;
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value !== "object" || value === null) return Object.is(value, -0) ? "-0" : String(value);
  if (depth > 3) return "...";
  const tag = Object.prototype.toString.call(value);
  if (tag === "[object Error]") {
    const { name, message } = value as Error;
    return String(message).startsWith("u:") ? `${name}: ${message}` : `${name}`;
  }
  if (tag === "[object Promise]" || tag === "[object Generator]") return tag;
  const inner = (item: unknown): string => show(item, depth + 1);
  if (Array.isArray(value)) return `[${Array.from(value, inner).join()}]`;
  if (tag === "[object Map]" || tag === "[object Set]")
    return `${tag.slice(8, -1)}${inner([...(value as Set<unknown>)])}`;
  const entries = Object.entries(value).map(([key, item]) => `${key}:${inner(item)}`);
  return `{${entries.join()}}`;
}
