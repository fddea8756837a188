import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { md5 } from "../../src/host/md5.ts";

test("md5 is that of node:crypto", () => {
  for (const text of ["", "::group::check", "ü \u{1f600}", "x".repeat(100_000)]) {
    expect(md5(text)).toBe(createHash("md5").update(text).digest("hex"));
  }
});
