import { expect, test } from "bun:test";
import { jsonErrorText } from "../../../../compat/k6/http/json-error.ts";

// the sentences are those of Go's encoding/json
test.each([
  ["", 1, 0, "unexpected end of JSON input"],
  ["plain", 1, 1, "invalid character 'p' looking for beginning of value"],
  ['{"a": [1,', 1, 9, "unexpected end of JSON input"],
  ['{"a" 1}', 1, 6, "invalid character '1' after object key"],
  ["{a:1}", 1, 2, "invalid character 'a' looking for beginning of object key string"],
  ['{"a":1,}', 1, 8, "invalid character '}' looking for beginning of object key string"],
  ["[1,]", 1, 4, "invalid character ']' looking for beginning of value"],
  ["[1 2]", 1, 4, "invalid character '2' after array element"],
  ['{"a":1 "b":2}', 1, 8, "invalid character '\"' after object key:value pair"],
  ["trux", 1, 4, "invalid character 'x' in literal true (expecting 'e')"],
  ["nul", 1, 3, "unexpected end of JSON input"],
  ['"\\x"', 1, 3, "invalid character 'x' in string escape code"],
  ['"\\u00g0"', 1, 6, "invalid character 'g' in \\u hexadecimal character escape"],
  ['"a\nb"', 2, 1, "invalid character '\\n' in string literal"],
  ["-x", 1, 2, "invalid character 'x' in numeric literal"],
  ["1.x", 1, 3, "invalid character 'x' after decimal point in numeric literal"],
  ["1e+x", 1, 4, "invalid character 'x' in exponent of numeric literal"],
  ["01", 1, 2, "invalid character '1' after top-level value"],
  ["{} '", 1, 4, "invalid character '\\'' after top-level value"],
  ['{\n  "ü": 1,\n  "b" }', 3, 7, "invalid character '}' after object key"],
] as const)("jsonErrorText(%p)", (text, line, character, message) => {
  expect(jsonErrorText(Buffer.from(text))).toBe(
    `cannot parse json due to an error at line ${line}, character ${character} , error: ${message}`,
  );
});
