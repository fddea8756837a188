import { expect, test } from "bun:test";
import { mkdtempSync, openSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemReason } from "../../src/base/system-error.ts";

const thrownBy = (run: () => unknown): unknown => {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
};

test("systemReason names the call, the path and the system's words", () => {
  expect(systemReason(thrownBy(() => openSync("/nowhere/x.json", "w")))).toBe(
    "open /nowhere/x.json: no such file or directory",
  );
});

test("systemReason says that a folder is one, in the system's words", () => {
  expect(systemReason(thrownBy(() => openSync("/tmp", "w")))).toBe("open /tmp: is a directory");
  expect(systemReason(thrownBy(() => readFileSync("/tmp")))).toEndWith(": is a directory");
});

test("systemReason has the system's words for names that lead nowhere", () => {
  const folder = mkdtempSync(join(tmpdir(), "sixfold-names-"));
  symlinkSync("loop", join(folder, "loop"));
  expect(systemReason(thrownBy(() => readFileSync(join(folder, "loop"))))).toEndWith(
    ": too many levels of symbolic links",
  );
  expect(systemReason(thrownBy(() => readFileSync(join(folder, "n".repeat(300)))))).toEndWith(": file name too long");
  rmSync(folder, { recursive: true });
});

test("systemReason keeps the message of any other error", () => {
  expect(systemReason(new Error("out of luck"))).toBe("out of luck");
});
