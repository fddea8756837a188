/**
 * What a WebSocket message and an open socket cost in each transport, over the runtime's bare WebSocket.
 *
 * `bun bench/websocket-transport.ts PORT`, with an echo server on PORT (`sixfold echo`, say). CPU: 50 sockets
 * bounce one message each; only this side's process counts. Memory: growth of the peak resident set by 2,000 sockets that
 * have each bounced one message. Each row runs in a process of its own. Prints figure, floor, ratio, machine, version.
 */
import { spawnSync } from "node:child_process";
import os from "node:os";
import { webSocketOpener } from "../src/net/websocket-open.ts";

const [port, member, question] = process.argv.slice(2);
const url = `ws://127.0.0.1:${port}/`;
const SOCKETS = 50;
const MESSAGES = 4_000;
const HELD = 2_000;
/** Sockets that are opened before memory is first read, so that what a runtime loads once is not counted. */
const WARM_UP = 50;
/** Connections under way at once. */
const WINDOW = 100;
const ROUNDS = 3;

interface Socket {
  send(text: string): void;
  close(): void;
}

/** Opens by the member under test; `onMessage` gets the socket again. */
function open(onMessage: (socket: Socket) => void, onClose: () => void): void {
  if (member === "bare") {
    const socket = new WebSocket(url);
    socket.onopen = () => socket.send("hello");
    socket.onmessage = () => onMessage(socket);
    socket.onclose = onClose;
    return;
  }
  const connection = opener(
    {
      url,
      headers: [["User-Agent", "bench"]],
      protocols: [],
      compression: false,
      tls: { insecureSkipVerify: false },
      timeoutMs: 60_000,
    },
    {
      onOpen: () => connection.send("hello"),
      onMessage: () => onMessage(socket),
      onPing: () => undefined,
      onPong: () => undefined,
      onClose,
    },
  );
  const socket: Socket = { send: (text) => connection.send(text), close: () => connection.close(1000, "") };
}
const opener = webSocketOpener(member === "bare" ? undefined : member);

function cpu(): Promise<number> {
  return new Promise((resolve) => {
    let closed = 0;
    const before = process.cpuUsage();
    for (let i = 0; i < SOCKETS; i++) {
      let seen = 0;
      open(
        (socket) => (++seen < MESSAGES ? socket.send("hello") : socket.close()),
        () => {
          if (++closed < SOCKETS) return;
          const used = process.cpuUsage(before);
          resolve((used.user + used.system) / SOCKETS / MESSAGES);
        },
      );
    }
  });
}

/** Opens `count` sockets, each with one message there and back, and leaves them open. */
function hold(count: number): Promise<void> {
  return new Promise((resolve) => {
    let started = 0;
    let bounced = 0;
    const next = () => {
      if (started++ >= count) return;
      open(
        () => (++bounced === count ? resolve() : next()),
        () => undefined,
      );
    };
    for (let i = 0; i < WINDOW; i++) next();
  });
}

async function memory(): Promise<number> {
  await hold(WARM_UP);
  Bun.gc(true);
  const before = process.memoryUsage().rss;
  await hold(HELD);
  return (process.memoryUsage().rss - before) / HELD / 1_024;
}

if (member) {
  console.log(await (question === "cpu" ? cpu() : memory()));
  process.exit(0);
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;
const figure = (who: string, what: string) =>
  median(
    Array.from({ length: ROUNDS }, () =>
      Number(spawnSync(process.execPath, [Bun.main, port!, who, what]).stdout.toString()),
    ),
  );
for (const [what, unit] of [
  ["cpu", "us CPU a message there and back"],
  ["memory", "KB of peak memory an open socket"],
]) {
  const floor = figure("bare", what!);
  for (const who of ["whatwg", "ws"]) {
    const found = figure(who, what!);
    console.log(
      `${who.padEnd(8)}${found.toFixed(2)} ${unit}, floor ${floor.toFixed(2)}, ratio ${(found / floor).toFixed(2)}`,
    );
  }
}
console.log(`${os.cpus().length} x ${os.cpus()[0]?.model}, Bun ${Bun.version}`);
