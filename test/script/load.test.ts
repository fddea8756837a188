import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileUrl } from "../../src/base/file-url.ts";
import { createLoader } from "../../src/script/load.ts";
import { readSourceMap } from "../../src/script/source-maps.ts";

const folder = mkdtempSync(join(tmpdir(), "sixfold-load-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, "a.js"), "export const a = 1;");
symlinkSync("loop.js", join(folder, "loop.js"));

const loader = createLoader();
const load = (name: string) => loader.loadSync(fileUrl(join(folder, name)), `./${name}`);

test("a file is read, and neither a folder nor a missing one is", () => {
  expect(load("a.js")).toBe("export const a = 1;");
  const missing = expect.objectContaining({ code: "module-not-found", exitCode: 107 });
  for (const name of ["b.js", "."]) expect(() => load(name)).toThrow(missing);
});

// what the system refuses to root as well: permissions hold for others only
test.each([
  ["a.js/x", `stat ${folder}/a.js/x: not a directory`],
  ["loop.js", `stat ${folder}/loop.js: too many `],
  [`${"n".repeat(300)}.js`, "name too long"],
  ["nul\0.js", `stat ${folder}/nul\0.js: invalid argument`],
])("the system's reason is told of a module that it refuses: %j", (name, message) => {
  const refused = { code: "unreadable-module", message: expect.stringContaining(message), exitCode: 107 };
  expect(() => load(name)).toThrow(expect.objectContaining(refused));
});

test("a source map that the system refuses is none", () => {
  const id = fileUrl(join(folder, "a.js"));
  for (const name of ["a.js/a.js.map", "loop.js", "missing.map", "nul%00.map"])
    expect(readSourceMap(name, id)).toBeUndefined();
});
