import { expect, test } from "bun:test";
import { flagsOf, GLOBAL_OPTIONS, OPTIONS, RUN_OPTIONS, RUNTIME_OPTIONS } from "../../src/options/schema.ts";

test.each(["run", "archive", "inspect", "other"] as const)("flags of %s have names of their own", (command) => {
  const flags = flagsOf(command).map(({ flag }) => flag);
  const longs = flags.map(({ long }) => long);
  const shorts = flags.flatMap(({ short }) => short ?? []);
  expect(new Set(longs).size).toBe(longs.length);
  expect(new Set(shorts).size).toBe(shorts.length);
});

// spec/distributed.md, section 1.7
test("archive takes the flags of run, but for those of one run; inspect takes no option", () => {
  const longs = (command: "run" | "archive" | "inspect") => flagsOf(command).map(({ flag }) => flag.long);
  const runOnly = longs("run").filter((long) => !longs("archive").includes(long));
  expect(runOnly).toEqual(["out", "linger", "no-usage-report", "features"]);
  expect(longs("inspect")).not.toContain("vus");
  expect(longs("inspect")).toContain("execution-requirements");
});

test("every option has a help text and a page", () => {
  for (const spec of [...OPTIONS, ...RUN_OPTIONS, ...RUNTIME_OPTIONS, ...GLOBAL_OPTIONS]) {
    expect(spec.help).not.toBe("");
    expect(spec.page).toMatch(/^[a-z-]+$/);
  }
});
