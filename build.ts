/**
 * Builds the executable: `bun build.ts` for this machine, `--all` for every platform, `--target NAME,NAME` for some.
 *
 * The result is the runtime with our bundle appended; the same sources give the same bytes. Runtimes of other
 * platforms are the npm packages that `bun` itself depends on, checked against the integrity in package-lock.json.
 *
 * What was found by trying (Bun 1.4.5), and what the sources have to respect:
 *
 * - Worker: `new Worker(new URL("./thread.ts", import.meta.url), { type: "module" })` works in the executable, with
 *   `bun src/main.ts` and with `deno run -A src/main.ts`, but only if it stands in an entry. In the executable
 *   `import.meta.url` of every module is `file:///$bunfs/root/<name>` without folders, so `../thread.ts` from a
 *   deeper file is not found. `src/main.ts` makes the URL and hands it down.
 * - Splitting: without it, a dynamic `import()` is part of the one file that is parsed at every start. With cheerio and
 *   amaro behind `import()`, an empty run took 15 ms without and 6 ms with `splitting` (the bare runtime: 5 ms).
 * - Function text: `fn.toString()` of a function that uses nothing from outside itself stays self-contained in every
 *   mode. Its inner names do not last: the bundler renames a nested declaration that has the name of any top-level one, or
 *   of a global that is used anywhere (`class WebSocket` becomes `WebSocket2`), and no option stops it. Names taken
 *   from property keys are kept: `{ WebSocket: class {} }`, `{ send() {} }`.
 * - Nothing is minified: it saves 0.2 MB of 110 and no measurable start-up, and costs `fn.name` and readable traces.
 * - Bytecode is worth more than all else: it also holds the runtime's own JavaScript, of modules that the sources import
 *   (`src/runtime-modules.ts` names those that would be missed). A program that imports `node:tls`,
 *   `node:http2`, `node:crypto`, tough-cookie, acorn and all of `src/` started in 45 ms without and 17 ms with it, and
 *   `fn.toString()` still gives the text. It would freeze `import.meta.url` as the path of the building machine, which
 *   is why that is defined here.
 * - Order of the bytecode: with what a start uses laid together (`profileStart`), an empty run takes 5 % less CPU. The
 *   profile names functions by their text, so that of this machine serves all platforms, and it comes out the same each time.
 * - Source that is compiled at run time has no bytecode: the realm's took each thread 2.8 ms to parse. `vm.compileFunction` takes
 *   bytecode as `cachedData` (0.6 ms for 70 KB of text); `vm.Script` takes it too, but parses the text all the same.
 * - Memory that is touched for the first time costs 3 us a page: a quarter of the CPU time of an empty run.
 * - Loading is not free, even so: `node:tls` takes 3 ms, `node:http` 4, `node:http2` 6, `node:crypto` 2, `node:zlib` 3
 *   (they share parts); of the packages tough-cookie 3, acorn 1, ws 1, cheerio 7, amaro 40. Empty, a run takes 6 ms, and
 *   starting a Worker 3.
 * - The runtime would read `.env` and `bunfig.toml` (which can preload code) of the folder it is started in: off.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import vm from "node:vm";
import packageJson from "./package.json" with { type: "json" };
import { realmSource } from "./src/vu/realm-source/index.ts";

interface Platform {
  target: Bun.Build.CompileTarget;
  /** npm package that holds the runtime. */
  runtime: string;
}

const platforms: Record<string, Platform> = {
  "linux-x64": { target: "bun-linux-x64", runtime: "@oven/bun-linux-x64" },
  "linux-arm64": { target: "bun-linux-arm64", runtime: "@oven/bun-linux-aarch64" },
  "linux-x64-musl": { target: "bun-linux-x64-musl", runtime: "@oven/bun-linux-x64-musl" },
  "linux-arm64-musl": { target: "bun-linux-arm64-musl", runtime: "@oven/bun-linux-aarch64-musl" },
  "darwin-x64": { target: "bun-darwin-x64", runtime: "@oven/bun-darwin-x64" },
  "darwin-arm64": { target: "bun-darwin-arm64", runtime: "@oven/bun-darwin-aarch64" },
  "windows-x64": { target: "bun-windows-x64", runtime: "@oven/bun-windows-x64" },
};

const root = import.meta.dirname;
const dist = join(root, "dist");
const bunVersion = packageJson.devDependencies.bun;

/** Runs a command; ends the build with its complaints if it fails. */
function run(command: string, args: readonly string[], env?: Record<string, string>): void {
  // always the same kinds of streams: a program may load other code for a pipe than for a file
  const done = spawnSync(command, args, { stdio: ["ignore", "ignore", "pipe"], ...(env && { env }) });
  if (done.error) throw done.error;
  if (done.status !== 0)
    throw new Error(`${command} ${args.join(" ")} ended with ${done.status ?? done.signal}\n${done.stderr}`);
}

/** Brings the runtime of another platform into node_modules/.cache and returns its path. */
function fetchRuntime(packageName: string): string {
  const folder = join(root, "node_modules", ".cache", "runtimes", `${packageName.replace("/", "-")}-${bunVersion}`);
  const file = join(folder, packageName.includes("windows") ? "bun.exe" : "bun");
  if (existsSync(file)) return file;

  const lock: { packages: Record<string, { version?: string; integrity?: string }> } = JSON.parse(
    readFileSync(join(root, "package-lock.json"), "utf8"),
  );
  const locked = lock.packages[`node_modules/${packageName}`];
  if (locked?.version !== bunVersion || !locked.integrity?.startsWith("sha512-")) {
    throw new Error(`package-lock.json has no integrity for ${packageName}@${bunVersion}; run npm install`);
  }

  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  run("npm", ["pack", `${packageName}@${bunVersion}`, "--pack-destination", folder, "--silent"]);
  const archive = join(folder, `${packageName.slice(1).replace("/", "-")}-${bunVersion}.tgz`);
  const found = `sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}`;
  if (found !== locked.integrity) {
    throw new Error(`${packageName}@${bunVersion} is not what package-lock.json expects: ${found}`);
  }

  run("tar", ["-xzf", archive, "-C", folder]);
  rmSync(archive);
  const unpacked = join(folder, "package", "bin", packageName.includes("windows") ? "bun.exe" : "bun");
  chmodSync(unpacked, 0o755);
  // The name appears last, so that an interrupted download is never taken for a finished one.
  renameSync(unpacked, file);
  rmSync(join(folder, "package"), { recursive: true });
  return file;
}

/** Windows wants an extension. */
function executablePath(folder: string, name: string, platform?: Platform): string {
  const isWindows = platform?.target.includes("windows") ?? process.platform === "win32";
  return join(folder, isWindows ? `${name}.exe` : name);
}

/**
 * Gives the executable the realm's source with its bytecode (`src/vu/realm-source/index.ts`). The text is that of the
 * sources, not of the bundle. Bytecode of another runtime's would be refused, and the text compiled.
 */
const realmBytecode: Bun.BunPlugin = {
  name: "realm-bytecode",
  setup(builder) {
    builder.onLoad({ filter: /[\\/]realm-source[\\/]index\.ts$/ }, () => {
      const { text } = realmSource();
      const parsingContext = vm.createContext({});
      const { cachedData } = vm.compileFunction(text, [], { produceCachedData: true, parsingContext });
      const { cachedDataRejected } = vm.compileFunction(text, [], { cachedData, parsingContext });
      if (cachedData === undefined || cachedDataRejected) throw new Error("the realm's source has no usable bytecode");
      return {
        loader: "js",
        contents: `export const realmSource = () => ({
          text: ${JSON.stringify(text)},
          bytecode: Uint8Array.fromBase64(${JSON.stringify(cachedData.toString("base64"))}),
        });`,
      };
    });
  },
};

/** What `import.meta.url` is in an executable: its embedded files have no folders. */
function embeddedUrl(target: string): string {
  return target.startsWith("bun-windows") ? "file:///B:/~BUN/root/main.js" : "file:///$bunfs/root/main.js";
}

/** Bundles and links one executable; without a platform, for this machine with the running runtime. */
async function build(outfile: string, profiles: readonly string[], platform?: Platform): Promise<void> {
  const target =
    platform?.target ?? `bun-${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  await Bun.build({
    // The conductor, the VU thread that it starts as a Worker, and what is there for its bytecode only.
    entrypoints: ["main.ts", "thread.ts", "runtime-modules.ts"].map((name) => join(root, "src", name)),
    target: "bun",
    format: "esm",
    splitting: true,
    plugins: [realmBytecode],
    bytecode: true,
    define: { "process.env.NODE_ENV": '"production"', "import.meta.url": JSON.stringify(embeddedUrl(target)) },
    compile: {
      outfile,
      bytecodeOrder: [...profiles],
      ...(platform && { target: platform.target, executablePath: fetchRuntime(platform.runtime) }),
      autoloadDotenv: false,
      autoloadBunfig: false,
      autoloadTsconfig: false,
      autoloadPackageJson: false,
    },
  });
}

/** Scripts that show what a start uses, the most common one first. */
const TYPICAL_SCRIPTS = [
  "export default function () {}",
  `import { check, group, sleep } from "k6";
  import http from "k6/http";
  import { Trend } from "k6/metrics";
  import { WebSocket } from "k6/websockets";
  export const options = { vus: 2, iterations: 4, thresholds: { checks: ["rate==1"] } };
  const trend = new Trend("trend");
  export default function () {
    group("a group", () => check(__ITER, { "is a number": (value) => value >= 0 && !!http && !!WebSocket }));
    trend.add(1);
    sleep(0.001);
  }`,
];

/** Builds an executable for this machine, and records which functions typical runs of it use. Returns the files. */
async function profileStart(): Promise<string[]> {
  const folder = join(root, "node_modules", ".cache", "start-profile");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const executable = executablePath(folder, "sixfold");
  await build(executable, []);
  return TYPICAL_SCRIPTS.map((text, index) => {
    const script = join(folder, `${index}.js`);
    const profile = join(folder, `${index}.order`);
    writeFileSync(script, text);
    run(executable, ["run", "--quiet", script], { BUN_BYTECODE_ORDER_OUT: profile });
    return profile;
  });
}

/** The platforms that the command line asks for; none means this machine. */
function wanted(args: readonly string[]): string[] {
  if (args.length === 0) return [];
  if (args.length === 1 && args[0] === "--all") return Object.keys(platforms);
  if (args.length === 2 && args[0] === "--target") {
    const names = args[1]!.split(",");
    const unknown = names.filter((name) => !(name in platforms));
    if (unknown.length === 0) return names;
    throw new Error(`no platform "${unknown.join('", "')}"; there are ${Object.keys(platforms).join(", ")}`);
  }
  throw new Error("usage: bun build.ts [--all | --target NAME,NAME]");
}

if (Bun.version !== bunVersion) {
  throw new Error(`this is Bun ${Bun.version}, but package.json pins ${bunVersion}; run it with npm run build`);
}
mkdirSync(dist, { recursive: true });
const names = wanted(process.argv.slice(2));
const profiles = await profileStart();
for (const name of names.length > 0 ? names : [undefined]) {
  const platform = name === undefined ? undefined : platforms[name];
  const outfile = executablePath(dist, name === undefined ? "sixfold" : `sixfold-${name}`, platform);
  await build(outfile, profiles, platform);
  const megabytes = statSync(outfile).size / 1e6;
  console.log(`${outfile.slice(root.length + 1).padEnd(32)} ${megabytes.toFixed(1).padStart(6)} MB`);
}
