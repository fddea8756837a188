/** How k6 takes arguments, and what it calls their types in messages: both are Go's, and scripts can see both. */

/** An argument for a text: nothing is the empty one. */
export const goString = (value: unknown): string => (value === undefined || value === null ? "" : String(value));

/** An argument for a whole number: what is none counts as 0. */
export const goInt = (value: unknown): number => Math.trunc(Number(value)) || 0;

/** The Go type that a value of the script becomes, as `%T` prints it. */
export function goTypeName(value: unknown): string {
  switch (typeof value) {
    case "undefined":
      return "<nil>";
    case "boolean":
      return "bool";
    case "number":
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? "int64" : "float64";
    case "string":
      return "string";
    case "bigint":
      return "*big.Int";
    case "symbol":
      return "*sobek.Symbol";
    case "function":
      return "func(sobek.FunctionCall) sobek.Value";
    default:
      return value === null ? "<nil>" : goObjectType(value as object);
  }
}

function goObjectType(value: object): string {
  if (Array.isArray(value)) return "[]interface {}";
  switch (Object.prototype.toString.call(value)) {
    case "[object ArrayBuffer]":
      return "sobek.ArrayBuffer";
    case "[object Date]":
      return "time.Time";
    case "[object Promise]":
      return "*sobek.Promise";
    case "[object Map]":
      return "[][2]interface {}";
    case "[object Set]":
      return "[]interface {}";
    default:
      return "map[string]interface {}";
  }
}
