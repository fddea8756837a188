import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../src/base/errors.ts";
import type { LogLevel } from "../../src/base/log.ts";
import { type LogSinkOptions, openLogSink } from "../../src/report/log-sink.ts";

function inFolder(action: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "log-sink-"));
  try {
    action(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function setUp(overrides: Partial<LogSinkOptions>, isTTY = false) {
  const written = { stdout: "", stderr: "" };
  const stream = (name: "stdout" | "stderr") => ({
    isTTY,
    columns: 80,
    write: (text: string) => {
      written[name] += text;
    },
  });
  const sink = openLogSink({
    output: "stderr",
    format: "raw",
    noColor: false,
    startMs: 0,
    cwd: "/",
    stdout: stream("stdout"),
    stderr: stream("stderr"),
    ...overrides,
  });
  const log = (level: LogLevel, message: string) => sink.write({ level, message, timeMs: 0 });
  return { sink, log, written };
}

test("openLogSink writes to the stream that is named, or to none", () => {
  for (const [output, want] of [
    ["stderr", { stdout: "", stderr: "hello\n" }],
    ["stdout", { stdout: "hello\n", stderr: "" }],
    ["none", { stdout: "", stderr: "" }],
  ] as const) {
    const { log, sink, written } = setUp({ output });
    log("info", "hello");
    sink.close();
    expect(written).toEqual(want);
  }
});

test("openLogSink colours text on a terminal unless told not to", () => {
  const first = (overrides: Partial<LogSinkOptions>, isTTY: boolean) => {
    const { log, written } = setUp({ format: "text", ...overrides }, isTTY);
    log("info", "hello");
    return written.stderr.slice(0, 5);
  };
  expect(first({}, true)).toBe("\x1b[36m");
  expect(first({ noColor: true }, true)).toBe("time=");
  expect(first({}, false)).toBe("time=");
});

test("openLogSink appends to a file, each line at once, from the level on that is asked for", () =>
  inFolder((folder) => {
    const file = join(folder, "k6.log");
    writeFileSync(file, "earlier\n");
    const { log, sink, written } = setUp({ output: "file=k6.log,level=Warn", cwd: folder });
    for (const level of ["debug", "info", "warning", "error"] as const) log(level, level);
    expect(readFileSync(file, "utf8")).toBe("earlier\nwarning\nerror\n");
    sink.close();
    expect(written.stderr).toBe("");
  }));

test("openLogSink makes a file for the user alone, with all levels unless told otherwise", () =>
  inFolder((folder) => {
    const file = join(folder, "k6.log");
    const { log, sink } = setUp({ output: `file=${file}` });
    log("debug", "all of it");
    sink.close();
    expect(readFileSync(file, "utf8")).toBe("all of it\n");
    expect(statSync(file).mode & 0o777).toBe(0o600);
  }));

test("openLogSink goes on at standard error when the file can take no more", () => {
  const { log, written } = setUp({ output: "file=/dev/full" });
  log("info", "first");
  log("info", "second");
  expect(written.stderr).toBe("failed to write a log message to a logfile, the log continues here\nfirst\nsecond\n");
});

test("openLogSink refuses what it does not know, in k6's words", () => {
  const refusals: [output: string, message: string][] = [
    ["nowhere", "unsupported log output 'nowhere'"],
    ["loki=http://127.0.0.1:3100", "unsupported log output 'loki=http://127.0.0.1:3100'"],
    ["filename=x", "logfile configuration should be in the form `file=path-to-local-file` but is `filename=x`"],
    ["file=", "error while parsing logfile configuration key `file=` with no value"],
    ["file=/tmp/x,level=tea", "unknown log level tea"],
    ["file=/tmp/x,level=", "error while parsing logfile configuration key `level=` with no value"],
    ["file=/tmp/x,size=5", "unknown logfile config key size"],
    ["file=missing/x.log", "provided directory '/missing' does not exist"],
  ];
  for (const [output, message] of refusals) {
    const attempt = () => setUp({ output });
    expect(attempt).toThrow(message);
    expect(attempt).toThrow(UserError);
  }
  expect(() => setUp({ output: "file=/tmp" })).toThrow("failed to open logfile /tmp: ");
});
