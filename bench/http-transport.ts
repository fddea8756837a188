/**
 * What a keep-alive GET costs in the transport alone, over a bare socket that barely looks at the answer.
 *
 * `bun bench/http-transport.ts PORT [seconds]`, with an HTTP server on PORT (`sixfold echo`, say). Fifty sessions in a
 * closed loop; CPU is this process's own. Prints figure, floor, ratio, machine, version.
 */
import net from "node:net";
import os from "node:os";
import { HttpClient, type HttpRequest } from "../src/net/request.ts";

const port = Number(process.argv[2]);
const seconds = Number(process.argv[3] ?? 4);
const SESSIONS = 50;

interface Cost {
  requests: number;
  cpuUs: number;
}

function measure(start: (keepGoing: () => boolean, onEnd: () => void) => void): Promise<Cost> {
  return new Promise((resolve) => {
    let requests = 0;
    let open = SESSIONS;
    const before = process.cpuUsage();
    const end = performance.now() + seconds * 1_000;
    const keepGoing = () => {
      requests++;
      return performance.now() < end;
    };
    start(keepGoing, () => {
      if (--open > 0) return;
      const used = process.cpuUsage(before);
      resolve({ requests, cpuUs: (used.user + used.system) / requests });
    });
  });
}

function bare(): Promise<Cost> {
  const bytes = Buffer.from(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUser-Agent: bare\r\n\r\n`);
  return measure((keepGoing, onEnd) => {
    for (let i = 0; i < SESSIONS; i++) {
      const socket = net.connect(port, "127.0.0.1", () => socket.write(bytes));
      socket.on("data", () => {
        if (keepGoing()) socket.write(bytes);
        else {
          socket.destroy();
          onEnd();
        }
      });
    }
  });
}

function transport(request: HttpRequest): Promise<Cost> {
  const client = new HttpClient({ userAgent: "bench" });
  return measure((keepGoing, onEnd) => {
    for (let i = 0; i < SESSIONS; i++) {
      const session = client.openSession();
      const next = () =>
        session.send(request, (result) => {
          if (result.exchanges[0]!.status !== 200) throw new Error(result.errorText);
          if (keepGoing()) next();
          else {
            session.close();
            onEnd();
          }
        });
      next();
    }
  });
}

const get: HttpRequest = { method: "GET", url: `http://127.0.0.1:${port}/`, redirectsMax: 10, timeoutMs: 60_000 };
const post: HttpRequest = {
  ...get,
  method: "POST",
  headers: ["Content-Type", "application/json", "X-Trace", "abc"],
  body: '{"name":"value","n":12}',
};
const rows: [string, () => Promise<Cost>][] = [
  ["bare node:net GET", bare],
  ["transport GET", () => transport(get)],
  ["transport POST", () => transport(post)],
  ["bare node:net GET", bare],
  ["transport GET", () => transport(get)],
];
const floor = await bare(); // Warms up the server, too.
console.log(
  `${os.cpus()[0]?.model ?? "?"}, ${process.versions["bun"] ? `Bun ${process.versions["bun"]}` : process.version}`,
);
for (const [name, run] of rows) {
  const { requests, cpuUs } = await run();
  console.log(
    `${name.padEnd(20)} ${cpuUs.toFixed(2)} us CPU, ${requests} requests, ${(cpuUs / floor.cpuUs).toFixed(2)}x floor`,
  );
}
process.exit(0);
