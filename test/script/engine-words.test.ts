import { expect, test } from "bun:test";
import { userWords } from "../../src/script/engine-words.ts";

test.each([
  ["TypeError: o.foo is not a function", "TypeError: o.foo is not a function"],
  [
    "TypeError: undefined is not an object (evaluating '$6g.__ENV.X.split')",
    "TypeError: undefined is not an object (evaluating '__ENV.X.split')",
  ],
  [
    "TypeError: $6i1.default.foo is not a function. (In '$6i1.default.foo('x')', '$6i1.default.foo' is undefined)",
    "TypeError: foo is not a function. (In 'foo('x')', 'foo' is undefined)",
  ],
  [
    "TypeError: undefined is not an object (evaluating '$6t.forEach')",
    "TypeError: undefined is not an object (evaluating 'forEach')",
  ],
  // what is left of the quotation would still be ours
  [
    "TypeError: undefined is not an object (evaluating '($66t=$66c0(void 0,f ),$66k.p?yield*$66t:$66t).z')",
    "TypeError: undefined is not an object",
  ],
  [
    "TypeError: o.bar is not a function. (In 'o.bar(($6t=$6c0(void 0,f ),$6t))', 'o.bar' is undefined)",
    "TypeError: o.bar is not a function.",
  ],
  ["Error: it costs $6", "Error: it costs $6"],
  ["Error: a script's own $6g.text", "Error: a script's own $6g.text"],
])("userWords makes of %j %j", (message, words) => {
  expect(userWords(message)).toBe(words);
});
