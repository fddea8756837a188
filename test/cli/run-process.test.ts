/** The program as a process of its own: what it says, and how it ends. */
import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, openSync, closeSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = mkdtempSync(join(tmpdir(), "sixfold-run-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const main = join(import.meta.dirname, "../../src/main.ts");

function write(name: string, text: string): void {
  mkdirSync(join(folder, name, ".."), { recursive: true });
  writeFileSync(join(folder, name), text);
}

const EMPTY = "export default function () {}";
write("s.js", EMPTY);
symlinkSync("loop.js", join(folder, "loop.js"));

interface Ending {
  code: number;
  out: string;
  err: string;
}

async function sixfold(
  args: string[],
  { env = {}, stdout = "pipe" }: { env?: Record<string, string>; stdout?: "pipe" | number } = {},
): Promise<Ending> {
  const child = Bun.spawn([process.execPath, main, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, ...env },
    stdin: "ignore",
    stdout,
    stderr: "pipe",
  });
  const out = stdout === "pipe" ? new Response(child.stdout as ReadableStream).text() : "";
  const err = new Response(child.stderr).text();
  return { code: await child.exited, out: await out, err: await err };
}

test.each(["missing.js", "s.js/x", "loop.js", `${"n".repeat(300)}.js`])("there is no script %s", async (name) => {
  const { code, err } = await sixfold(["run", name]);
  expect(err).toContain(`The moduleSpecifier \\"${name}\\" couldn't be found on local disk`);
  expect(err.trimEnd()).not.toContain("\n");
  expect(code).toBe(255);
});

// A file that even root may not read: one of memory, at an address where there is none. Only Linux has it.
test.skipIf(process.platform !== "linux")("a script that the system refuses to read", async () => {
  for (const command of ["run", "inspect"]) {
    const { code, err } = await sixfold([command, "/proc/self/mem"]);
    expect(err).toMatch(/level=error msg="read \/proc\/self\/mem: input\/output error"\n$/);
    expect(code).toBe(255);
  }
});

test("open() of what the system refuses throws an error of k6", async () => {
  write("open.js", `try { open("./s.js/x") } catch (error) { console.error(String(error)) }\n${EMPTY}`);
  const { err } = await sixfold(["inspect", "open.js"]);
  expect(err).toContain(`GoError: stat ${folder}/s.js/x: not a directory`);
});

test("a file of secrets that is not there", async () => {
  const { code, err } = await sixfold(["run", "--secret-source", "file=nope", "s.js"]);
  expect(err).toContain('msg="open nope: no such file or directory"');
  expect(code).toBe(255);
});

test("the default configuration file: where it is looked for, and that it must be readable", async () => {
  const config = (vus: number) => JSON.stringify({ vus, iterations: vus });
  write("home/.config/k6/config.json", config(2));
  write("xdg/k6/config.json", config(3));
  write(".config/k6/config.json", config(4));
  const run = async (env: Record<string, string>) => {
    const { out, err } = await sixfold(["run", "--summary-mode=disabled", "s.js"], { env });
    return /(\d) max VUs/.exec(out)?.[1] ?? err;
  };
  const home = join(folder, "home");
  expect(await run({ HOME: home })).toBe("2");
  expect(await run({ HOME: home, XDG_CONFIG_HOME: "" })).toBe("2");
  expect(await run({ HOME: home, XDG_CONFIG_HOME: join(folder, "xdg") })).toBe("3");
  expect(await run({ HOME: home, XDG_CONFIG_HOME: join(folder, "nowhere") })).toBe("1");
  expect(await run({ HOME: home, XDG_CONFIG_HOME: "xdg" })).toBe("4");
  expect(await run({})).toBe("4");
  expect(await run({ XDG_CONFIG_HOME: join(folder, "s.js") })).toContain(
    `stat ${folder}/s.js/k6/config.json: not a directory`,
  );
});

test("a verdict in handleSummary() comes too late", async () => {
  const mark = 'import exec from "k6/execution"; const mark = () => { exec.test.fail("no"); return {}; };';
  write("late.js", `${mark} ${EMPTY} export const handleSummary = mark;`);
  write("in-time.js", `${mark} ${EMPTY} export const teardown = mark;`);
  expect((await sixfold(["run", "-q", "late.js"])).code).toBe(0);
  expect((await sixfold(["run", "-q", "in-time.js"])).code).toBe(110);
});

test("help names what there is, once, and nothing that is off as on", async () => {
  const { out } = await sixfold(["run", "--help"]);
  expect(out).not.toMatch(/loki|archive|default: true/);
  expect(out.match(/--help\b/g)).toHaveLength(1);
  expect(out).toMatch(/--out <.*json.*csv/);
});

test("an output for traces that there is not", async () => {
  const { code, err } = await sixfold(["run", "--traces-output", "bogus=1", "s.js"]);
  expect(err).toContain('invalid traces output \\"bogus\\"');
  expect(code).toBe(255);
});

// only Linux has /dev/full
test.skipIf(process.platform !== "linux")("a full standard output is told of and ends nothing", async () => {
  for (const [command, lines] of [
    ["run", 1],
    ["inspect", 1],
  ] as const) {
    const full = openSync("/dev/full", "w");
    const { code, err } = await sixfold([command, "s.js"], { stdout: full });
    closeSync(full);
    expect(err).toMatch(/^error: could not write to stdout: .*no space left on device\n$/);
    expect(err.trimEnd().split("\n")).toHaveLength(lines);
    expect(code).toBe(0);
  }
});

test("a test whose reader goes ends in order", async () => {
  write(
    "watched.js",
    `import { sleep } from "k6"; export default () => sleep(0.1); export const teardown = () => console.error("down");`,
  );
  const command = `"$0" "$1" run -d 60s watched.js | head -1; exit \${PIPESTATUS[0]}`;
  const shell = Bun.spawn(["bash", "-c", command, process.execPath, main], {
    cwd: folder,
    stdout: "ignore",
    stderr: "pipe",
  });
  const err = await new Response(shell.stderr).text();
  expect(await shell.exited).toBe(105);
  expect(err).toMatch(/down[\s\S]*the reader of its standard output has gone/);
}, 20_000);

test("the progress without a terminal tells of now, setup() included", async () => {
  write(
    "slow.js",
    `import { sleep } from "k6"; export const setup = () => sleep(0.6); export default () => sleep(0.05);`,
  );
  const { out } = await sixfold(["run", "-u", "1", "-d", "1s", "--summary-mode=disabled", "slow.js"]);
  expect(out).toMatch(
    /running \(01\.\ds\), 1\/1 VUs, \d+ complete.*\ndefault {3}\[ {2}[1-9]\d% \] 1 VUs {2}0\.[1-9]s\/1s/,
  );
  expect(out).toMatch(/running \((?:01\.[6-9]|02\.\d)s\), 0\/1 VUs.*\ndefault ✓ \[ 100% \] 1 VUs {2}1s\n/);
}, 20_000);
