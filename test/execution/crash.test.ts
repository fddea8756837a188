/** A VU thread that ends before its time, over the whole command: the test ends, and what is known is told. */
import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { ExitCode } from "../../src/base/exit-codes.ts";

const folder = mkdtempSync(join(tmpdir(), "sixfold-crash-"));
afterAll(() => rmSync(folder, { recursive: true }));
const script = join(folder, "script.js");
writeFileSync(
  script,
  `import { sleep } from 'k6';
export const options = { vus: 2, duration: '1500ms' };
const until = (name) => sleep(__ENV.CRASH_AT === name ? 20 : 0);
export function setup() { until('setup'); console.log('set up'); }
export default function () { sleep(0.05); }
export function teardown() { until('teardown'); console.log('torn down'); }
export function handleSummary() { until('handleSummary'); return { stdout: 'a summary of my own' }; }`,
);

async function runWithCrash(at: string, thread: number) {
  const env = { ...process.env, CRASH_AT: at, CRASH_THREAD: String(thread) };
  const entry = join(import.meta.dir, "crashing-main.ts");
  const child = Bun.spawn([process.execPath, entry, "run", "-q", "--threads", "2", "-e", `CRASH_AT=${at}`, script], {
    env,
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, log] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  return { stdout, log, code: await child.exited };
}
const incomplete = (thread: number) => `What thread ${thread} had not reported when it ended is missing`;
const iterationsOf = (stdout: string) => Number(stdout.match(/iterations\.+: (\d+)/)?.[1]);

test("a thread that crashes ends the test; teardown() and handleSummary() still run on the first one", async () => {
  const { stdout, log, code } = await runWithCrash("start", 1);
  expect(code).toBe(ExitCode.Panic);
  expect(log).toContain("VU thread 1 ended unexpectedly");
  expect(log).toContain("out of paper");
  expect(log).toContain("torn down");
  expect(stdout).toContain("a summary of my own");
});

test("without the first thread the summary is the built-in one, with what the other one reported", async () => {
  const { stdout, log, code } = await runWithCrash("start", 0);
  expect(code).toBe(ExitCode.Panic);
  expect(log).toContain("set up");
  expect(log).not.toContain("torn down");
  expect(stdout).toContain(incomplete(0));
  expect(iterationsOf(stdout)).toBeGreaterThan(0);
});

test("a crash in setup() leaves nothing running", async () => {
  const { stdout, log, code } = await runWithCrash("setup", 0);
  expect(code).toBe(ExitCode.Panic);
  expect(log).not.toContain("set up");
  expect(stdout).toContain(incomplete(0));
});

test("a crash in teardown() loses no sample of the other thread", async () => {
  const { stdout, code } = await runWithCrash("teardown", 0);
  expect(code).toBe(ExitCode.Panic);
  expect(stdout).toContain(incomplete(0));
  expect(iterationsOf(stdout)).toBeGreaterThan(10);
});

test("a crash in handleSummary() loses no sample at all", async () => {
  const { stdout, code } = await runWithCrash("handleSummary", 0);
  expect(code).toBe(ExitCode.Panic);
  expect(stdout).not.toContain("INCOMPLETE");
  expect(iterationsOf(stdout)).toBeGreaterThan(30);
});
