import { expect, test } from "bun:test";
import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** What the two functions say in a process of that time zone. */
function inZone(zone: string | undefined, epochMs: number): string[] {
  const source = join(import.meta.dirname, "../../src/base/rfc3339.ts");
  const code = `
    import { rfc3339, rfc3339Nano } from ${JSON.stringify(source)};
    console.log([rfc3339(${epochMs}), rfc3339Nano(${epochMs})].join());`;
  return execFileSync(process.execPath, ["-e", code], { env: { ...process.env, TZ: zone }, encoding: "utf8" })
    .trim()
    .split(",");
}

const noon = Date.UTC(2026, 2, 1, 12, 0, 0);

test("rfc3339 and rfc3339Nano write the time zone of the machine", () => {
  expect(inZone("UTC", noon + 250)).toEqual(["2026-03-01T12:00:00Z", "2026-03-01T12:00:00.25Z"]);
  expect(inZone("Asia/Kolkata", noon)).toEqual(["2026-03-01T17:30:00+05:30", "2026-03-01T17:30:00+05:30"]);
  expect(inZone("America/New_York", noon + 2_500)).toEqual([
    "2026-03-01T07:00:02-05:00",
    "2026-03-01T07:00:02.5-05:00",
  ]);
});

test("without TZ the zone is that of the machine", () => {
  const options = { env: { ...process.env, TZ: undefined }, encoding: "utf8" } as const;
  const offset = execFileSync(process.execPath, ["-p", `new Date(${noon}).getTimezoneOffset()`], options).trim();
  const [text] = inZone(undefined, noon);
  expect(Date.parse(text!)).toBe(noon);
  expect(text!.endsWith("Z")).toBe(offset === "0");
  expect(inZone("Etc/UTC", noon)[0]).toBe("2026-03-01T12:00:00Z");
});

test("rfc3339Nano goes down to the microsecond, and rounds up into the next second", () => {
  expect(inZone("UTC", noon + 0.125)[1]).toBe("2026-03-01T12:00:00.000125Z");
  expect(inZone("UTC", noon + 999.9999)[1]).toBe("2026-03-01T12:00:01Z");
});
