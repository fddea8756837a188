/**
 * The command line: which command, and the errors that end it. The only importer of cac.
 */
import { UserError } from "../base/errors.ts";
import { ExitCode } from "../base/exit-codes.ts";
import { didYouMean } from "../base/typo.ts";
import type { Host } from "../host/host.ts";
import { delayCompilation, LOADING_DELAY } from "../host/jit.ts";
import { type CommandName, type FlagSpec, flagsOf } from "../options/schema.ts";
import type { ModuleRegistry } from "../vu/module-registry.ts";
import { parseArguments } from "./flags.ts";
import { PROGRAM_NAME, versionLine } from "./version.ts";

/** Loads the modules that scripts can import; the entry knows them. */
type LoadRegistry = () => Promise<ModuleRegistry>;

interface Command {
  /** What cac shows: name and arguments. */
  usage: string;
  help: string;
  flags(): readonly { flag: FlagSpec; help: string }[];
  /** It runs script code, on a thread of its own. */
  loadsScript?: true;
  run(host: Host, args: ReturnType<typeof parseArguments>, loadRegistry: LoadRegistry): Promise<number>;
}

/** Flags of ours on `run`, which k6 does not have. */
const OWN_RUN_FLAGS: readonly { flag: FlagSpec; help: string }[] = [
  { flag: { long: "threads", kind: "int" }, help: "number of VU threads (default: by cores and load)" },
];

const ECHO_FLAGS: readonly { flag: FlagSpec; help: string }[] = [
  { flag: { long: "host", kind: "string" }, help: "address to listen on (default 127.0.0.1)" },
  { flag: { long: "port", short: "p", kind: "string" }, help: "port to listen on, 0 for any free one (default 8765)" },
];

const HELP_FLAG: { flag: FlagSpec; help: string } = {
  flag: { long: "help", short: "h", kind: "bool" },
  help: "show this help",
};

const flagsFor = (name: CommandName) => [...flagsOf(name), HELP_FLAG];

const commands: Readonly<Record<string, Command>> = {
  run: {
    usage: "run <script>",
    help: "Run a test; - reads the script from standard input",
    flags: () => [...flagsFor("run"), ...OWN_RUN_FLAGS],
    loadsScript: true,
    run: async (host, args, loadRegistry) => {
      const { runCommand } = await import("./run.ts");
      return runCommand({ host, registry: await loadRegistry() }, args);
    },
  },
  inspect: {
    usage: "inspect <script>",
    help: "Show the options of a script as JSON",
    flags: () => flagsFor("inspect"),
    loadsScript: true,
    run: async (host, args, loadRegistry) => {
      const { inspectCommand } = await import("./inspect.ts");
      return inspectCommand({ host, registry: await loadRegistry() }, args);
    },
  },
  echo: {
    usage: "echo",
    help: "Serve WebSocket echo, chat and HTTP routes to try scripts against",
    flags: () => [...flagsFor("other"), ...ECHO_FLAGS],
    run: async (host, args) => {
      const interrupted = new Promise<void>((resolve) => host.onSignal(() => resolve()));
      const text = (value: unknown) => (Array.isArray(value) ? String(value.at(-1)) : undefined);
      const { echoCommand } = await import("./echo.ts");
      const hostName = text(args.flags.host);
      const port = text(args.flags.port);
      return echoCommand(
        { ...(hostName === undefined ? {} : { host: hostName }), ...(port === undefined ? {} : { port }) },
        { print: (line) => host.stdout.write(`${line}\n`), interrupted },
      );
    },
  },
  version: {
    usage: "version",
    help: "Show the version",
    flags: () => flagsFor("other"),
    run: async (host) => {
      host.stdout.write(`${versionLine()}\n`);
      return ExitCode.Ok;
    },
  },
};

/** Runs the program; ends the process. */
export async function main(host: Host, loadRegistry: LoadRegistry): Promise<never> {
  let code: number;
  try {
    code = await dispatch(host, loadRegistry);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    await printError(host, error);
    code = error.exitCode;
  }
  return host.finish(code);
}

/** A mistake on the command line itself, which comes before there is a log: a line of the log's form all the same. */
async function printError(host: Host, { message, hint }: UserError): Promise<void> {
  const { formatLogRecord } = await import("../report/log-format.ts");
  const timeMs = Date.now();
  const fields: Record<string, string> = hint === undefined ? {} : { hint };
  const options = { format: "text", colored: host.stderr.isTTY, startMs: timeMs } as const;
  host.stderr.write(formatLogRecord({ level: "error", message, timeMs, fields }, options));
}

/** Where the command stands among the arguments: flags may come before it, with values of their own. */
function commandAt(args: readonly string[]): number {
  if (args[0]?.startsWith("-") !== true) return 0;
  const valued = new Set(
    Object.values(commands)
      .flatMap((command) => command.flags())
      .filter(({ flag }) => flag.kind !== "bool" && flag.bare === undefined)
      .flatMap(({ flag }) => [`--${flag.long}`, `-${flag.short}`]),
  );
  let at = 0;
  while (at < args.length && args[at]!.startsWith("-")) at += valued.has(args[at]!) ? 2 : 1;
  return at;
}

async function dispatch(host: Host, loadRegistry: LoadRegistry): Promise<number> {
  const at = commandAt(host.args);
  const name = host.args[at];
  if (name === undefined || name === "help") {
    if (host.args.includes("--version") || host.args.includes("-v"))
      return commands.version!.run(host, { flags: {}, positional: [] }, loadRegistry);
    await showHelp(host, host.args[host.args.indexOf("help") + 1]);
    return ExitCode.Ok;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    const hint = didYouMean(name, Object.keys(commands));
    throw new UserError("unknown-command", {
      message: `unknown command "${name}" for "${PROGRAM_NAME}"`,
      exitCode: ExitCode.Generic,
      ...(hint === undefined ? {} : { hint }),
    });
  }
  if (command.loadsScript) {
    host.prepareThread();
    // until the test has run for a while (`execution/conductor.ts`)
    delayCompilation(LOADING_DELAY);
  }
  const rest = [...host.args.slice(0, at), ...host.args.slice(at + 1)];
  const args = parseArguments(
    rest,
    command.flags().map((entry) => entry.flag),
  );
  if (args.flags.help !== undefined) {
    await showHelp(host, name);
    return ExitCode.Ok;
  }
  return command.run(host, args, loadRegistry);
}

/** Prints cac's help of the program, or of one command. */
async function showHelp(host: Host, commandName: string | undefined): Promise<void> {
  const { cac } = await import("cac");
  const cli = cac(PROGRAM_NAME);
  for (const { usage, help, flags } of Object.values(commands)) {
    const command = cli.command(usage, help);
    for (const { flag, help: text } of flags()) {
      // cac adds that one to every command
      if (flag === HELP_FLAG.flag) continue;
      const short = flag.short === undefined ? "" : `-${flag.short}, `;
      const value = flag.kind === "bool" ? "" : ` <${flag.placeholder ?? flag.kind}>`;
      command.option(`${short}--${flag.long}${value}`, text);
      // cac takes `--no-x` for an x that is on by default, and would say so of a switch that is off
      command.options.at(-1)!.config.default = flag.defaultText;
    }
  }
  cli.help();
  const wanted = commandName !== undefined && Object.hasOwn(commands, commandName) ? [commandName] : [];
  const print = console.info;
  console.info = (text: unknown) => host.stdout.write(`${String(text)}\n`);
  try {
    cli.parse([PROGRAM_NAME, PROGRAM_NAME, ...wanted, "--help"], { run: false });
  } finally {
    console.info = print;
  }
}
