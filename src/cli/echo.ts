/**
 * `sixfold echo [--host H] [--port N]`: the embedded test server, until it is interrupted.
 */
import { UserError } from "../base/errors.ts";
import { ExitCode } from "../base/exit-codes.ts";
import { startEchoServer } from "../echo/server.ts";

/** Where examples and the demo expect the server. */
export const echoPortDefault = 8765;

export interface EchoCommandArgs {
  host?: string;
  /** As typed. */
  port?: string | number;
}

export interface EchoCommandIo {
  /** Prints a line on standard output. */
  print(line: string): void;
  /** Resolves at the first SIGINT or SIGTERM. */
  interrupted: Promise<void>;
}

/** Serves until interrupted. */
export async function echoCommand(args: EchoCommandArgs, io: EchoCommandIo): Promise<ExitCode> {
  const host = args.host ?? "127.0.0.1";
  const server = await listen({ host, port: readPort(args.port ?? echoPortDefault), log: io.print });
  const authority = `${host.includes(":") ? `[${host}]` : host}:${server.port}`;
  io.print(`listening on http://${authority} and ws://${authority} (echo on /, chat on /ws/ROOM); Ctrl-C ends it`);
  await io.interrupted;
  await server.close();
  return ExitCode.Ok;
}

function readPort(typed: string | number): number {
  const port = Number(typed);
  if (/^\d{1,5}$/.test(String(typed)) && port <= 65535) return port;
  throw new UserError("invalid-port", {
    message: `Cannot start the echo server: "${typed}" is no port`,
    hint: "A port is a number from 0 (any free one) to 65535.",
    exitCode: ExitCode.Generic,
  });
}

async function listen(options: Parameters<typeof startEchoServer>[0]): ReturnType<typeof startEchoServer> {
  try {
    return await startEchoServer(options);
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code === "EADDRINUSE" ? "the port is taken" : String(cause);
    throw new UserError("cannot-listen", {
      message: `Cannot start the echo server on ${options.host}:${options.port}: ${reason}`,
      hint: "Give another one with --port, or --port 0 for any free one.",
      exitCode: ExitCode.Generic,
      cause,
    });
  }
}
