import { expect, test } from "bun:test";
import { UserError } from "../../../src/base/errors.ts";
import { ExitCode } from "../../../src/base/exit-codes.ts";
import { parseThreshold } from "../../../src/metrics/threshold/parse.ts";

test("parseThreshold reads every method and operator, with and without blanks", () => {
  const cases: [source: string, aggregation: string, operator: string, limit: number][] = [
    ["count == 5", "count", "==", 5],
    ["count===5", "count", "===", 5],
    ["count != 4", "count", "!=", 4],
    ["rate>=0.9", "rate", ">=", 0.9],
    ["value <= -5", "value", "<=", -5],
    [" avg>1 ", "avg", ">", 1],
    ["min<6e3", "min", "<", 6000],
    ["med<.5", "med", "<", 0.5],
    ["max<+5.", "max", "<", 5],
    ["p(95)<200", "p(95)", "<", 200],
    ["p(99.9) > 0x1p4", "p(99.9)", ">", 16],
    ["p(1e1)<inf", "p(10)", "<", Infinity],
    ["p<1", "p(0)", "<", 1],
  ];
  for (const [source, aggregation, operator, limit] of cases) {
    expect(parseThreshold(source)).toEqual({
      method: aggregation.replace(/\(.*/, ""),
      aggregation,
      operator: operator as "<",
      limit,
    });
  }
});

test("parseThreshold refuses what it cannot read, in k6's words and with exit code 104", () => {
  const left = "failed parsing threshold expression's";
  const right = "failed parsing threshold expresion's";
  const refusals: [source: string, message: string][] = [
    ["nonsense", 'failed parsing threshold expression "nonsense"; reason: malformed threshold expression'],
    ["rate=1", 'failed parsing threshold expression "rate=1"; reason: malformed threshold expression'],
    ["rate<", 'failed parsing threshold expression "rate<"; reason: malformed threshold expression'],
    ["", 'failed parsing threshold expression ""; reason: malformed threshold expression'],
    ["foo<1", `${left} "foo<1" left hand side; reason: failed parsing method from expression`],
    ["p(95<1", `${left} "p(95<1" left hand side; reason: failed parsing method from expression`],
    [
      "p(x)<1",
      `${left} "p(x)<1" left hand side; reason: malformed percentile value; ` +
        'reason: strconv.ParseFloat: parsing "x": invalid syntax',
    ],
    [
      "p(101)<1",
      `${left} "p(101)<1" left hand side; reason: malformed percentile value, provide a number between 0 and 100`,
    ],
    [
      "p(nan)<1",
      `${left} "p(nan)<1" left hand side; reason: malformed percentile value, provide a number between 0 and 100`,
    ],
    ["rate<abc", `${right} "rate<abc" right hand side; reason: strconv.ParseFloat: parsing "abc": invalid syntax`],
    // The text behind ">=" is missing, so it is cut at ">".
    ["count>=", `${right} "count>=" right hand side; reason: strconv.ParseFloat: parsing "=": invalid syntax`],
    ["count> ", `${right} "count> " right hand side; reason: strconv.ParseFloat: parsing "": invalid syntax`],
    [
      "count<1e999",
      `${right} "count<1e999" right hand side; reason: strconv.ParseFloat: parsing "1e999": value out of range`,
    ],
  ];
  for (const [source, message] of refusals) {
    let thrown: unknown;
    try {
      parseThreshold(source);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(UserError);
    expect(thrown).toMatchObject({ message, exitCode: ExitCode.InvalidConfig });
  }
});
