/**
 * Everything that `npm test` judges, stage by stage, closing with one line "N passed, N failed".
 *
 * `bun test/all.ts [STAGE...]` runs only the named stages. A stage's output is shown if it failed. A stage that counts
 * its cases prints a line with the numbers; one that only passes or fails counts as one case.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";

interface Tally {
  passed: number;
  failed: number;
}

interface Stage {
  name: string;
  command: readonly string[];
  /** Reads the tally from what the command printed; without it the stage is one case. */
  tally?: (output: string) => Tally | undefined;
  /**
   * What to run for the cases that failed: again, alone. Some hold clock times against each other, and on a busy
   * machine the other case of a pair can make one late; what is really wrong fails again.
   */
  again?: (cases: readonly string[]) => readonly string[];
  /** A stage whose result this one tests: if that failed, this one fails without running on an old result. */
  needs?: string;
}

const root = join(import.meta.dirname, "..");
const bin = (name: string) => join(root, "node_modules", ".bin", name);

/** The kit's areas; of the modules all but the calls of gRPC, which is not there. */
const areas = [
  "ws/",
  "websockets/",
  "experimental/",
  "core/",
  "metrics/",
  "executors/",
  "http/",
  "modules/api",
  "modules/crypto",
  "modules/encoding",
  "modules/execution",
  "modules/html",
  "modules/local",
  "modules/require",
  "modules/secrets",
  "modules/shared",
  "modules/text",
  "modules/web",
  "modules/x509",
].join(",");

/** What runs on Deno too. */
const areasOnDeno = ["ws/", "websockets/", "experimental/", "core/", "metrics/"].join(",");

/** Each case runs in an empty environment, so Deno is told where its cache of stripped sources is. */
const deno = [
  "env",
  `DENO_DIR=${join(root, "node_modules", ".cache", "deno")}`,
  "DENO_NO_UPDATE_CHECK=1",
  bin("deno"),
  "run",
  "--quiet",
  "--allow-all",
  join(root, "src", "main.ts"),
].join(" ");

function conformance(command: string, filter: string, ...more: string[]): readonly string[] {
  const kit = join(root, "test", "conformance", "run.ts");
  return [bin("bun"), kit, "--bin", command, "--filter", filter, ...more, "--jobs", "2"];
}

/** The number before a word at a line's end, as in " 12 pass". */
const countOf = (output: string, pattern: RegExp) => Number(output.match(pattern)?.[1] ?? 0);

function unitTally(output: string): Tally | undefined {
  if (!/^Ran \d+ tests? across/m.test(output)) return undefined;
  return { passed: countOf(output, /^ *(\d+) pass$/m), failed: countOf(output, /^ *(\d+) fail$/m) };
}

function kitTally(output: string): Tally | undefined {
  const line = output.match(/^(\d+) passed, (\d+) failed$/m);
  return line ? { passed: Number(line[1]), failed: Number(line[2]) } : undefined;
}

/** Reads which cases the kit found wrong; a quirk of k6 that is not shared is none of them. */
function failedCases(output: string): string[] {
  const quirks = output.match(/^quirks of k6 not shared: (.*)$/m)?.[1]?.split(", ") ?? [];
  const failed = [...output.matchAll(/^FAIL (\S+)/gm)].map((match) => match[1]!);
  return failed.filter((name) => !quirks.includes(name));
}

/** A case that goes before those that are run again, so that they meet a server which has served before. */
const WARM_UP = "ws/binary-message";

const kitAgain = (command: string) => (cases: readonly string[]) =>
  conformance(command, [WARM_UP, ...cases].join(","), "--jobs", "1");

/** More failures than this are no matter of a busy machine. */
const AGAIN_MAX = 5;
/** Some cases hold only if a handshake takes a few milliseconds; a machine that others share has its slow minutes. */
const AGAIN_TIMES = 9;
const AGAIN_PAUSE_MS = 10_000;

const stages: readonly Stage[] = [
  { name: "types", command: [bin("tsc"), "--noEmit"] },
  { name: "lint", command: [bin("biome"), "check", "."] },
  { name: "unit", command: [bin("bun"), "test"], tally: unitTally },
  { name: "build", command: [bin("bun"), "build.ts"] },
  {
    name: "conformance",
    command: conformance(join(root, "dist", "sixfold"), areas),
    tally: kitTally,
    again: kitAgain(join(root, "dist", "sixfold")),
    needs: "build",
  },
  {
    name: "conformance-deno",
    command: conformance(deno, areasOnDeno, "--without", "k6/http"),
    tally: kitTally,
    again: kitAgain(deno),
  },
];

/** Runs a command in the project's folder and gathers both of its streams in one text. */
async function execute(command: readonly string[]): Promise<{ output: string; ended: number | string }> {
  const child = spawn(command[0]!, command.slice(1), {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1" },
  });
  let output = "";
  const gather = (chunk: string) => void (output += chunk);
  child.stdout.setEncoding("utf8").on("data", gather);
  child.stderr.setEncoding("utf8").on("data", gather);
  const ended = await new Promise<number | string>((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code, signal) => resolve(code ?? `signal ${signal}`));
  });
  return { output, ended };
}

async function judge(stage: Stage): Promise<Tally> {
  const startedMs = performance.now();
  let { output, ended } = await execute(stage.command);
  let tally = stage.tally?.(output) ?? { passed: ended === 0 ? 1 : 0, failed: 0 };
  let wrong = failedCases(output);
  if (stage.again && tally.failed > 0 && tally.failed <= AGAIN_MAX && wrong.length === tally.failed) {
    const total = tally.passed + tally.failed;
    for (let times = 1; times <= AGAIN_TIMES && wrong.length > 0; times++) {
      if (times > 1) await new Promise((resolve) => setTimeout(resolve, AGAIN_PAUSE_MS));
      const again = await execute(stage.again(wrong));
      console.log(`${stage.name}: ran again, alone: ${wrong.join(", ")}`);
      const stillWrong = failedCases(again.output);
      wrong = wrong.filter((name) => stillWrong.includes(name));
      output += again.output;
    }
    tally = { passed: total - wrong.length, failed: wrong.length };
    if (wrong.length === 0) ended = 0;
  }
  const ok = ended === 0;
  // A command that failed without naming a case has failed as a whole.
  if (!ok && tally.failed === 0) tally.failed = 1;
  if (tally.failed > 0) console.log(`\n--- ${stage.name} (ended with ${ended})\n${output.trimEnd()}\n---\n`);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  console.log(`${stage.name.padEnd(18)} ${tally.passed} passed, ${tally.failed} failed  ${seconds} s`);
  return tally;
}

const names = process.argv.slice(2);
const unknown = names.filter((name) => !stages.some((stage) => stage.name === name));
if (unknown.length > 0) {
  console.error(`no stage "${unknown.join('", "')}"; there are ${stages.map((stage) => stage.name).join(", ")}`);
  process.exit(2);
}
const total: Tally = { passed: 0, failed: 0 };
const failedStages = new Set<string>();
for (const stage of stages) {
  if (names.length > 0 && !names.includes(stage.name)) continue;
  if (stage.needs !== undefined && failedStages.has(stage.needs)) {
    console.log(`${stage.name.padEnd(18)} 0 passed, 1 failed  not run, because ${stage.needs} failed`);
    failedStages.add(stage.name);
    total.failed += 1;
    continue;
  }
  const { passed, failed } = await judge(stage);
  if (failed > 0) failedStages.add(stage.name);
  total.passed += passed;
  total.failed += failed;
}
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);
