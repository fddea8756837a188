/** `http.expectedStatuses()`: which statuses do not count as failed. */
import { GoError, type Realm } from "../../../src/module-api.ts";

export class ExpectedStatuses {
  readonly #ranges: readonly (readonly [min: number, max: number])[];

  constructor(ranges: readonly (readonly [min: number, max: number])[]) {
    this.#ranges = ranges;
  }

  match(status: number): boolean {
    for (const [min, max] of this.#ranges) if (min <= status && status <= max) return true;
    return false;
  }
}

export const DEFAULT_EXPECTED = new ExpectedStatuses([[200, 399]]);

/**
 * Reads the arguments of `expectedStatuses()`: whole numbers, and objects with `min` and `max`.
 *
 * @throws {GoError} In k6's words.
 */
export function readExpectedStatuses(args: readonly unknown[]): ExpectedStatuses {
  if (args.length === 0) throw new GoError("no arguments");
  return new ExpectedStatuses(
    args.map((arg, index) => {
      if (Number.isInteger(arg)) return [arg as number, arg as number];
      const neither = () =>
        new GoError(
          `argument number ${index + 1} to expectedStatuses was neither an integer nor an object like {min:100, max:329}`,
        );
      if (arg === undefined || arg === null) throw neither();
      const { min, max } = Object(arg) as { min?: unknown; max?: unknown };
      if (min === undefined || max === undefined) throw neither();
      if (!Number.isInteger(min) || !Number.isInteger(max)) {
        throw new GoError(`both min and max need to be integers for argument number ${index + 1}`);
      }
      return [min as number, max as number];
    }),
  );
}

/** The statuses behind an object of the script; undefined for other values. */
export function expectedBehind(rt: Realm, value: unknown): ExpectedStatuses | undefined {
  const state: unknown = rt.stateOf(value);
  return state instanceof ExpectedStatuses ? state : undefined;
}
