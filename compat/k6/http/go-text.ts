/** Values of the script as Go prints them in k6's messages. */
import { quote } from "../../../src/module-api.ts";
import { goTypeName } from "../go-type.ts";

/** A number as Go's `%v` has it. */
function numberText(value: number): string {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return String(value);
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  const exponent = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
  if (exponent >= -4 && exponent < 21) return Object.is(value, -0) ? "-0" : String(value);
  const [digits, power] = value.toExponential().split("e") as [string, string];
  return `${digits}e${power[0]}${power.slice(1).padStart(2, "0")}`;
}

/** `%v`. */
export function goText(value: unknown): string {
  if (value === undefined || value === null) return "<nil>";
  if (typeof value === "number") return numberText(value);
  if (Array.isArray(value)) return `[${value.map(goText).join(" ")}]`;
  if (typeof value === "object" && goTypeName(value).startsWith("map")) {
    const object = value as Record<string, unknown>;
    const members = Object.keys(object).sort();
    return `map[${members.map((name) => `${name}:${goText(object[name])}`).join(" ")}]`;
  }
  return String(value);
}

/** `%#v`. */
export function goSyntax(value: unknown): string {
  if (typeof value === "string") return quote(value);
  if (value === undefined || value === null) return "<nil>";
  if (Array.isArray(value)) return `[]interface {}{${value.map(innerSyntax).join(", ")}}`;
  if (typeof value === "object" && goTypeName(value).startsWith("map")) {
    const object = value as Record<string, unknown>;
    const members = Object.keys(object).sort();
    return `map[string]interface {}{${members.map((name) => `${quote(name)}:${innerSyntax(object[name])}`).join(", ")}}`;
  }
  return goText(value);
}

const innerSyntax = (value: unknown): string =>
  value === undefined || value === null ? "interface {}(nil)" : goSyntax(value);
