import { expect, test } from "bun:test";
import { ExitCode } from "../../src/base/exit-codes.ts";
import { echoCommand } from "../../src/cli/echo.ts";

const never = new Promise<void>(() => undefined);
const silent = (line: string) => expect(line).toBeString();

test("echo tells where it listens, serves until interrupted, and exits with 0", async () => {
  const interrupt = Promise.withResolvers<void>();
  const listening = Promise.withResolvers<string>();
  const ended = echoCommand({ port: "0" }, { print: listening.resolve, interrupted: interrupt.promise });
  const url = (await listening.promise).match(/http:\/\/127\.0\.0\.1:\d+/)![0];
  expect((await fetch(url)).status).toBe(200);
  interrupt.resolve();
  expect(await ended).toBe(ExitCode.Ok);
  await expect(fetch(url)).rejects.toThrow();
});

test.each(["x", "-1", "65536", "80.5", ""])("echo refuses the port %p", async (port) => {
  await expect(echoCommand({ port }, { print: silent, interrupted: never })).rejects.toMatchObject({
    code: "invalid-port",
    message: `Cannot start the echo server: "${port}" is no port`,
  });
});

test("echo names a taken port", async () => {
  const first = Promise.withResolvers<string>();
  const interrupt = Promise.withResolvers<void>();
  const ended = echoCommand({ port: 0 }, { print: first.resolve, interrupted: interrupt.promise });
  const port = (await first.promise).match(/127\.0\.0\.1:(\d+)/)![1];
  await expect(echoCommand({ port }, { print: silent, interrupted: never })).rejects.toMatchObject({
    code: "cannot-listen",
    message: `Cannot start the echo server on 127.0.0.1:${port}: the port is taken`,
  });
  interrupt.resolve();
  await ended;
});
