/** docs/errors.md lists every code that the sources can throw, and no other. */
import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");

/** Codes that sources give to `new UserError(code, ...)`. */
function thrownCodes(): string[] {
  const files = ["src", "compat"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => join(root, folder, file)),
  );
  const codes = files.flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/new UserError\(\s*"([^"]+)"/g)].map((match) => match[1]!),
  );
  return [...new Set(codes)].sort();
}

test("docs/errors.md has one row for each code of a UserError", () => {
  const page = readFileSync(join(root, "docs", "errors.md"), "utf8");
  const documented = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1]!);
  expect(documented.toSorted()).toEqual(thrownCodes());
});
