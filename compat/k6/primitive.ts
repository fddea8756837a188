/** Conversions of what scripts hand in to numbers and texts, where the engine of k6 and this one differ. */

/**
 * The number that a value converts to.
 *
 * @throws {TypeError} For what converts to none, in the words of k6's engine.
 */
export function numberOf(value: unknown): number {
  if (typeof value === "number") return value;
  if (typeof value === "symbol") throw new TypeError("Cannot convert a Symbol value to a number");
  // also of an object that stands for one
  if (Object.prototype.toString.call(value) === "[object BigInt]") {
    throw new TypeError("Cannot convert a BigInt value to a number");
  }
  // unlike Number(), this refuses whatever else converts to a BigInt
  return +(value as number);
}

/** The text that a value converts to; a symbol's is its description. */
export const textOf = (value: unknown): string =>
  typeof value === "symbol" ? (value.description ?? "") : String(value);
