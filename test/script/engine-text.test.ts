import { expect, test } from "bun:test";
import { plainMessage } from "../../src/script/engine-text.ts";

const plain = (message: string) => plainMessage(message, "$6", ["k6/http", "./my-lib.js"]);

test("plainMessage gives calls and imported names back as they were written", () => {
  expect(
    plain(
      "undefined is not an object (evaluating '($6t=$6c1($6i0.default,$6i0.default.get,'http://x/',f(1)),$6k.p?$6k.p===1?($6k.p=0,yield*$6t):($6k.p=0,yield):$6t).headers.foo')",
    ),
  ).toBe("undefined is not an object (evaluating 'http.get('http://x/',f(1)).headers.foo')");
  expect(plain("(0,$6i1.nope) is not a function. (In '(0,$6i1.nope)(1)', '(0,$6i1.nope)' is undefined)")).toBe(
    "nope is not a function. (In 'nope(1)', 'nope' is undefined)",
  );
  expect(plain("null is not an object (evaluating '$6i1.default.a.b')")).toBe(
    "null is not an object (evaluating 'my_lib.a.b')",
  );
});

test("plainMessage leaves out code that it cannot give back, and all else alone", () => {
  expect(plain("undefined is not an object (evaluating '(yield*$6w($6t)).foo')")).toBe("undefined is not an object");
  expect(plain("undefined is not an object (evaluating 'a.b.c')")).toBe(
    "undefined is not an object (evaluating 'a.b.c')",
  );
  expect(plain("costs $5 (evaluating 'x')")).toBe("costs $5 (evaluating 'x')");
});
