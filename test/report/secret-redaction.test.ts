import { expect, test } from "bun:test";
import { SecretRedaction } from "../../src/report/secret-redaction.ts";

test("SecretRedaction hides secrets in the message and in fields, from when they are known", () => {
  const redaction = new SecretRedaction();
  const record = { level: "info" as const, message: "a.b and a-b", timeMs: 1, fields: { "a.b": "xa.by", n: 5 } };
  expect(redaction.apply(record)).toBe(record);
  redaction.add("a.b");
  expect(redaction.apply(record)).toEqual({
    level: "info",
    message: "***SECRET_REDACTED*** and a-b",
    timeMs: 1,
    fields: { "***SECRET_REDACTED***": "x***SECRET_REDACTED***y", n: 5 },
  });
});

test("blanks are no secret", () => {
  const redaction = new SecretRedaction();
  redaction.add(" ");
  redaction.add("");
  const record = { level: "info" as const, message: "a b", timeMs: 1 };
  expect(redaction.apply(record)).toBe(record);
});
