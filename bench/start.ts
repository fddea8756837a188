/**
 * What a start costs, in instructions, which repeat to half a percent where milliseconds scatter by ten.
 *
 * `bun bench/start.ts [executable] [script] [times]`; needs valgrind (Debian's package). The floor is an executable that
 * does nothing, with and without a Worker. Threads are those of more than a million instructions: conductor and VU thread.
 *
 * The collector is off: under valgrind a start takes seconds, in which it would run. Timers go off earlier in the course
 * of a run, too: what is due after a tenth of a second is in the figures here and is not in those of a plain run.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import { join } from "node:path";

const executable = process.argv[2] ?? "dist/sixfold";
const times = Number(process.argv[4] ?? 3);
const scratch = mkdtempSync(join(os.tmpdir(), "start-"));
const empty = join(scratch, "empty.js");
writeFileSync(empty, "export default function () {}\n");

/** Millions of instructions, by thread. */
function instructions(command: readonly string[]): number[] {
  const folder = mkdtempSync(join(scratch, "run-"));
  const flags = ["--tool=callgrind", "--smc-check=all-non-file", "--separate-threads=yes"];
  const done = spawnSync("valgrind", [...flags, `--callgrind-out-file=${join(folder, "out")}`, ...command], {
    env: { ...process.env, BUN_JSC_useGC: "0" },
    stdio: "ignore",
  });
  if (done.error) throw done.error;
  if (done.status !== 0) throw new Error(`${command.join(" ")} ended with ${done.status}`);
  return readdirSync(folder)
    .sort()
    .flatMap((file) => /^summary: (\d+)/m.exec(readFileSync(join(folder, file), "utf8"))?.[1] ?? [])
    .map((count) => Number(count) / 1e6)
    .filter((millions) => millions > 1);
}

/** The fewest of some runs, thread by thread: what disturbs a run adds to it. */
function fewest(command: readonly string[]): number[] {
  const runs = Array.from({ length: times }, () => instructions(command));
  return runs[0]!.map((_, thread) => Math.min(...runs.map((run) => run[thread] ?? Number.POSITIVE_INFINITY)));
}

async function floor(name: string, source: string): Promise<number[]> {
  const entry = join(scratch, `${name}.js`);
  writeFileSync(entry, source);
  await Bun.build({ entrypoints: [entry], target: "bun", bytecode: true, compile: { outfile: join(scratch, name) } });
  return fewest([join(scratch, name)]);
}

const show = (what: string, threads: readonly number[]): void => {
  const sum = threads.reduce((total, millions) => total + millions, 0);
  console.log(`${what.padEnd(12)} ${sum.toFixed(2).padStart(7)} = ${threads.map((m) => m.toFixed(2)).join(" + ")}`);
};

try {
  show("nothing", await floor("nothing", ""));
  const worker = `const worker = new Worker("data:text/javascript,postMessage(0)"); worker.onmessage = () => process.exit();`;
  show("a Worker", await floor("worker", worker));
  show("a run", fewest([executable, "run", "--quiet", process.argv[3] ?? empty]));
  console.log(`millions of instructions, ${os.cpus()[0]?.model}, Bun ${Bun.version}`);
} finally {
  rmSync(scratch, { recursive: true });
}
