/** Standard output of a process of its own, led to each kind of place. */
import { expect, test } from "bun:test";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = mkdtempSync(join(tmpdir(), "sixfold-streams-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const streams = join(import.meta.dirname, "../../src/host/standard-stream.ts");
const program = `
  import { standardStream } from ${JSON.stringify(streams)};
  const [out, err] = [standardStream("stdout"), standardStream("stderr")];
  out.write("one\\n");
  out.write("\\u00fc".repeat(100_000) + "\\n");
  err.write(JSON.stringify([out.isTTY, out.columns ?? null, err.isTTY]));
`;
const text = `one\n${"ü".repeat(100_000)}\n`;

async function run(stdout: "pipe" | number): Promise<{ out: string; err: string; code: number }> {
  const child = Bun.spawn([process.execPath, "-e", program], { stdout, stderr: "pipe" });
  const [out, err, code] = await Promise.all([
    stdout === "pipe" ? new Response(child.stdout as ReadableStream).text() : "",
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { out, err, code };
}

async function runInto(path: string, flags: string): Promise<{ err: string; code: number }> {
  const file = openSync(path, flags);
  try {
    return await run(file);
  } finally {
    closeSync(file);
  }
}

test("a pipe and a file get the same bytes, and neither is a terminal", async () => {
  expect(await run("pipe")).toEqual({ out: text, err: "[false,null,false]", code: 0 });
  const path = join(folder, "out.txt");
  expect(await runInto(path, "w")).toMatchObject({ err: "[false,null,false]", code: 0 });
  expect(readFileSync(path, "utf8")).toBe(text);
  expect(await runInto(path, "a")).toMatchObject({ code: 0 });
  expect(readFileSync(path, "utf8")).toBe(text + text);
});

test("a pipe that is read slowly loses nothing, and holds nothing up", async () => {
  const writer = join(folder, "writer.ts");
  const told = join(folder, "told.txt");
  await Bun.write(
    writer,
    `import { standardStream, standardStreamsWritten } from ${JSON.stringify(streams)};
    const out = standardStream("stdout");
    const startMs = performance.now();
    for (let line = 0; line < 2000; line++) out.write(String(line).padEnd(240, "\u00e9") + "\\n");
    const tookMs = performance.now() - startMs;
    await standardStreamsWritten();
    standardStream("stderr").write(JSON.stringify({ wasHeldUp: tookMs > 900, waited: performance.now() - startMs > 900 }));
    process.exit(7);`,
  );
  const command = `${process.execPath} ${writer} 2>${told} | (sleep 1; cat); exit \${PIPESTATUS[0]}`;
  const shell = Bun.spawn(["bash", "-c", command], { stdout: "pipe" });
  const lines = Array.from({ length: 2000 }, (_, line) => `${String(line).padEnd(240, "é")}\n`);
  expect(await new Response(shell.stdout).text()).toBe(lines.join(""));
  expect(await shell.exited).toBe(7);
  expect(JSON.parse(readFileSync(told, "utf8"))).toEqual({ wasHeldUp: false, waited: true });
});

test("lines of both streams keep their order in a pipe that both lead to", async () => {
  const writer = join(folder, "both.ts");
  await Bun.write(
    writer,
    `import { standardStream, standardStreamsWritten } from ${JSON.stringify(streams)};
    const [out, err] = [standardStream("stdout"), standardStream("stderr")];
    for (let line = 0; line < 2000; line++) (line % 3 === 0 ? out : err).write(String(line).padEnd(240, "x") + "\\n");
    await standardStreamsWritten();
    process.exit();`,
  );
  const shell = Bun.spawn(["bash", "-c", `${process.execPath} ${writer} 2>&1 | (sleep 0.3; cat)`], { stdout: "pipe" });
  const lines = Array.from({ length: 2000 }, (_, line) => `${String(line).padEnd(240, "x")}\n`);
  expect(await new Response(shell.stdout).text()).toBe(lines.join(""));
});

test("the null device takes everything", async () => {
  expect(await runInto("/dev/null", "w")).toMatchObject({ err: "[false,null,false]", code: 0 });
});

test("a file that takes nothing is told of once, on standard error, and ends nothing", async () => {
  const path = join(folder, "read-only.txt");
  await Bun.write(path, "before");
  const { err, code } = await runInto(path, "r");
  expect(err).toMatch(/^error: could not write to stdout: .*\n\[false,null,false\]$/);
  expect(code).toBe(0);
  expect(readFileSync(path, "utf8")).toBe("before");
});

test("standard error that takes nothing ends nothing", async () => {
  const path = join(folder, "read-only-error.txt");
  await Bun.write(path, "before");
  const file = openSync(path, "r");
  const child = Bun.spawn([process.execPath, "-e", program], { stdout: "pipe", stderr: file });
  expect(await new Response(child.stdout).text()).toBe(text);
  expect(await child.exited).toBe(0);
  closeSync(file);
});

test("a terminal is one, and tells its width", async () => {
  const command = `stty cols 77; ${process.execPath} -e '${program.replaceAll("'", "'\\''")}' 2>${join(folder, "err.txt")}`;
  const script = Bun.spawn(["script", "-qec", command, "/dev/null"], { stdout: "pipe", stdin: "ignore" });
  const out = await new Response(script.stdout).text();
  expect(await script.exited).toBe(0);
  expect(readFileSync(join(folder, "err.txt"), "utf8")).toBe("[true,77,false]");
  expect(out.replaceAll("\r\n", "\n")).toBe(text);
});

// only Linux has /dev/full
test.skipIf(process.platform !== "linux")("a device that is full is told of once, and ends nothing", async () => {
  const { err, code } = await runInto("/dev/full", "w");
  expect(err.match(/error: could not write to stdout: .*no space left on device\n/g)).toHaveLength(1);
  expect(err).toContain("[false,null,false]");
  expect(code).toBe(0);
});

test("a pipe whose reader has gone is told of once, to those who listen, and ends nothing", async () => {
  const writer = join(folder, "gone.ts");
  const told = join(folder, "gone.txt");
  await Bun.write(
    writer,
    `import { onReaderGone, standardStream, standardStreamsWritten } from ${JSON.stringify(streams)};
    const [out, err] = [standardStream("stdout"), standardStream("stderr")];
    onReaderGone(() => err.write("gone\\n"));
    for (let line = 0; line < 3; line++) {
      out.write("line\\n");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await standardStreamsWritten();
    err.write("end\\n");
    process.exit(7);`,
  );
  const shell = Bun.spawn(["bash", "-c", `${process.execPath} ${writer} 2>${told} | true; exit \${PIPESTATUS[0]}`]);
  expect(await shell.exited).toBe(7);
  expect(readFileSync(told, "utf8")).toBe("gone\nend\n");
});
