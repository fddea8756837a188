import { expect, test } from "bun:test";
import type { LogLevel, LogRecord } from "../../src/base/log.ts";
import { rfc3339 } from "../../src/base/rfc3339.ts";
import { formatLogRecord, type LogFormat, parseLogFormat } from "../../src/report/log-format.ts";

const timeMs = Date.UTC(2026, 2, 1, 12, 0, 5);
const time = rfc3339(timeMs);

function line(record: Partial<LogRecord>, format: LogFormat = "text", colored = false): string {
  return formatLogRecord(
    { level: "info", message: "hello", timeMs, ...record },
    { format, colored, startMs: timeMs - 12_999 },
  );
}

test("formatLogRecord writes logfmt with quotes where they are needed", () => {
  expect(line({ source: "console" })).toBe(`time="${time}" level=info msg=hello source=console\n`);
  expect(line({ level: "warning", message: 'say "hi"\nthere', fields: { error: "no way", count: 5 } })).toBe(
    `time="${time}" level=warning msg="say \\"hi\\"\\nthere" count=5 error="no way"\n`,
  );
  expect(line({ message: "a-b.c_d/e@f^g+h" })).toEndWith("msg=a-b.c_d/e@f^g+h\n");
  expect(line({ message: "", fields: { empty: "" } })).toBe(`time="${time}" level=info empty=\n`);
});

test("formatLogRecord writes coloured lines with the seconds since the start", () => {
  expect(line({ source: "console" }, "text", true)).toBe(
    `\x1b[36mINFO\x1b[0m[0012] ${"hello".padEnd(44)}  \x1b[36msource\x1b[0m=console\n`,
  );
  const start = (level: LogLevel) => line({ level }, "text", true).slice(0, 13);
  expect([start("debug"), start("warning"), start("error")]).toEqual([
    "\x1b[37mDEBU\x1b[0m",
    "\x1b[33mWARN\x1b[0m",
    "\x1b[31mERRO\x1b[0m",
  ]);
  expect(line({ message: "two\nlines\n" }, "text", true)).toContain("] two\nlines ");
});

test("formatLogRecord writes JSON with sorted keys, and the bare message when raw", () => {
  expect(line({ source: "console", message: "<a> & \u2028", fields: { error: "e", count: 5 } }, "json")).toBe(
    `{"count":5,"error":"e","level":"info","msg":"\\u003ca\\u003e \\u0026 \\u2028","source":"console","time":"${time}"}\n`,
  );
  expect(line({ message: "two\nlines", source: "console" }, "raw")).toBe("two\nlines\n");
});

test("formatLogRecord has U+FFFD for half of a surrogate pair", () => {
  expect(line({ message: "a\ud83d b" })).toEndWith('msg="a\ufffd b"\n');
  expect(line({ fields: { error: "\udc00" } })).toEndWith('error="\ufffd"\n');
  expect(JSON.parse(line({ message: "\ud83d", fields: { error: "\ud83d\ude00\udc00" } }, "json"))).toMatchObject({
    msg: "\ufffd",
    error: "\u{1f600}\ufffd",
  });
});

test("formatLogRecord keeps its own fields apart from those of a record", () => {
  expect(JSON.parse(line({ fields: { time: "x", level: "y", msg: "z" } }, "json"))).toEqual({
    "fields.level": "y",
    "fields.msg": "z",
    "fields.time": "x",
    level: "info",
    msg: "hello",
    time,
  });
});

test("parseLogFormat takes anything else for text, as k6 does", () => {
  expect(["json", "raw", "text", "", "other"].map(parseLogFormat)).toEqual(["json", "raw", "text", "text", "text"]);
});
