/**
 * `data-` attributes: their names as properties, and the values that their texts stand for.
 *
 * Behaviour: k6 source, modules/k6/html/util.go.
 */

/** Words that k6 writes in capitals within a property's name. */
const INITIALISMS = new Set(
  (
    "ACL API ASCII CPU CSS DNS EOF ETA GPU GUID HTML HTTP HTTPS ID IP JSON LHS OS QPS RAM RHS RPC SLA SMTP SQL SSH TCP TLS " +
    "TTL UDP UI UID UUID URI URL UTF8 VM XML XMPP XSRF XSS"
  ).split(" "),
);

/** `some-value` -> `someValue`, `user-id` -> `userID`. */
export function attributeToProperty(name: string): string {
  const [first = "", ...rest] = name.split("-");
  const words = rest.map((word) => {
    const capitals = word.toUpperCase();
    return INITIALISMS.has(capitals) ? capitals : word.charAt(0).toUpperCase() + word.slice(1);
  });
  return first + words.join("");
}

/** `someValue` -> `some-value`; the name of an attribute stays as it is. */
export function propertyToAttribute(name: string): string {
  return name
    .replace(/([a-z\d])([A-Z])/g, "$1-$2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1-$2")
    .replaceAll("_", "-")
    .toLowerCase();
}

/** JSON, booleans, and numbers that are written the usual way; other texts stay texts. */
export function dataValue(text: string): unknown {
  if (text === "" || text === "null" || text === "undefined") return undefined;
  if (text === "true" || text === "false") return text === "true";
  if (text.startsWith("{") || text.startsWith("[")) {
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  }
  const number = Number(text);
  return String(number) === text && Number.isFinite(number) ? number : text;
}
