/**
 * The language of thresholds: `aggregation operator number`, as in `p(95) < 200`.
 *
 * The text is cut at the first operator that it holds, tried in a fixed order, so that `<=` is not read as `<`; what is
 * left and right of it is read afterwards. That order is k6's, and its error texts follow from it.
 *
 * @see k6 docs, "Threshold syntax"; k6 source, metrics/thresholds_parser
 */
import { UserError } from "../../base/errors.ts";
import { ExitCode } from "../../base/exit-codes.ts";
import { quote } from "../../base/quote.ts";
import { parseGoFloat } from "../go-float.ts";

export type ThresholdOperator = "<=" | "<" | ">=" | ">" | "===" | "==" | "!=";

/** What an expression says, as data. */
export interface ThresholdExpression {
  /** `count`, `rate`, `value`, `avg`, `min`, `med`, `max`, or `p`. */
  method: string;
  /** What to ask the sink for: the method, with the percentile if it has one, `p(99.9)`. */
  aggregation: string;
  operator: ThresholdOperator;
  limit: number;
}

/** Longer operators before the ones that they begin with. */
const OPERATORS: readonly ThresholdOperator[] = ["<=", "<", ">=", ">", "===", "==", "!="];

const METHODS: ReadonlySet<string> = new Set(["value", "count", "rate", "avg", "min", "med", "max"]);

/**
 * Reads one threshold expression.
 *
 * @throws {UserError} With k6's words, if it cannot be read.
 */
export function parseThreshold(source: string): ThresholdExpression {
  const [left, operator, right] = cut(source);
  const method = readMethod(left, source);
  return { ...method, operator, limit: readLimit(right, source) };
}

function cut(source: string): [left: string, operator: ThresholdOperator, right: string] {
  for (const operator of OPERATORS) {
    const at = source.indexOf(operator);
    if (at < 0 || at + operator.length === source.length) continue;
    return [source.slice(0, at).trim(), operator, source.slice(at + operator.length).trim()];
  }
  throw unreadable(`failed parsing threshold expression ${quote(source)}; reason: malformed threshold expression`);
}

function readMethod(text: string, source: string): Pick<ThresholdExpression, "method" | "aggregation"> {
  if (METHODS.has(text)) return { method: text, aggregation: text };
  // k6 takes a percentile without a number for the 0th.
  if (text === "p") return { method: "p", aggregation: "p(0)" };
  const refuse = (reason: string) =>
    unreadable(`failed parsing threshold expression's ${quote(source)} left hand side; reason: ${reason}`);
  if (!text.startsWith("p(") || !text.endsWith(")")) throw refuse("failed parsing method from expression");
  const percentile = readNumber(text.slice(2, -1), (problem) =>
    refuse(`malformed percentile value; reason: ${problem}`),
  );
  if (!(percentile >= 0 && percentile <= 100)) {
    throw refuse("malformed percentile value, provide a number between 0 and 100");
  }
  return { method: "p", aggregation: `p(${percentile})` };
}

function readLimit(text: string, source: string): number {
  return readNumber(text, (problem) =>
    // The spelling is k6's.
    unreadable(`failed parsing threshold expresion's ${quote(source)} right hand side; reason: ${problem}`),
  );
}

function readNumber(text: string, refuse: (problem: string) => UserError): number {
  try {
    return parseGoFloat(text);
  } catch (error) {
    if (error instanceof RangeError) throw refuse(error.message);
    throw error;
  }
}

function unreadable(message: string): UserError {
  return new UserError("invalid-threshold", { message, exitCode: ExitCode.InvalidConfig });
}
