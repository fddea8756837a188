import { expect, test } from "bun:test";
import { LiveLines, painter } from "../../src/report/terminal.ts";
import { FakeTerminal } from "../support/fake-terminal.ts";

test("painter writes escape codes, or nothing but the text", () => {
  expect(painter(true)("x", "faint", "cyan")).toBe("\x1b[2;36mx\x1b[0m");
  expect(painter(false)("x", "faint", "cyan")).toBe("x");
});

test("LiveLines stay below what both streams get", () => {
  const terminal = new FakeTerminal();
  const live = new LiveLines(terminal);
  live.write(terminal, "before\n");
  live.show(["running (0.1s)", "default [=>---]"]);
  expect(terminal.screen()).toEqual(["before", "", "running (0.1s)", "default [=>---]"]);
  live.write(terminal, "INFO a line that is longer than those below it\n");
  live.write(terminal, "second\nthird\n");
  expect(terminal.screen()).toEqual([
    "before",
    "INFO a line that is longer than those below it",
    "second",
    "third",
    "",
    "running (0.1s)",
    "default [=>---]",
  ]);
  live.show(["short"]);
  expect(terminal.screen().slice(4)).toEqual(["", "short"]);
  live.finish();
  live.write(terminal, "after\n");
  expect(terminal.screen().slice(4)).toEqual(["", "short", "after"]);
});

test("LiveLines counts the rows of lines that wrap", () => {
  const terminal = new FakeTerminal(10);
  const live = new LiveLines(terminal);
  for (const text of ["first", "again"]) {
    live.show([`${text}, \x1b[32mlonger than ten\x1b[0m`]);
    expect(terminal.screen()).toEqual(["", `${text}, lon`, "ger than t", "en"]);
  }
});
