/**
 * Does memory stay flat over many requests, and is each of them counted exactly once?
 *
 * `bun bench/http-soak.ts [--full] [--bin COMMAND]`: 100,000 requests, a million with `--full`, from 50 VUs to a server in
 * this process, with unique and equal addresses, tags, headers, cookies and checks. Prints the memory of the client over
 * time, figure, floor (the first tenth), ratio, machine, version; the exit code is 1 if memory grew or a count is wrong.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { values: flags } = parseArgs({ options: { full: { type: "boolean" }, bin: { type: "string" } } });
const REQUESTS = flags.full ? 1_000_000 : 100_000;
const VUS = 50;
/** How much of the memory after the first third may come on top; a sketch of a trend still grows a little. */
const GROWTH_MAX = 0.1;

const SCRIPT = `
  import http from "k6/http";
  import { check } from "k6";
  export const options = {
    scenarios: { soak: { executor: "shared-iterations", vus: ${VUS}, iterations: ${REQUESTS / 4}, maxDuration: "1h" } },
  };
  export default function () {
    const url = __ENV.HTTP_URL;
    check(http.get(url + "/plain"), { ok: (r) => r.status === 200 });
    http.get(url + "/unique?" + __VU + "-" + __ITER, { tags: { name: "unique" } });
    http.post(url + "/json", JSON.stringify({ a: __ITER }), { headers: { "Content-Type": "application/json" } }).json("a");
    http.get(url + "/cookie", { responseType: "binary", redirects: 0 });
  }`;

let served = 0;
const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch(request) {
    served++;
    const { url } = request;
    if (url.includes("/json")) return request.text().then((text) => new Response(text));
    return new Response("hello world", url.includes("/cookie") ? { headers: { "Set-Cookie": "seen=1; Path=/" } } : {});
  },
});

const folder = mkdtempSync(join(os.tmpdir(), "http-soak-"));
const script = join(folder, "soak.js");
const summary = join(folder, "summary.json");
writeFileSync(script, SCRIPT);
const command = flags.bin?.split(" ") ?? [process.execPath, join(import.meta.dirname, "..", "src", "main.ts")];
const child = Bun.spawn(
  [
    ...command,
    "run",
    "--quiet",
    `--summary-export=${summary}`,
    "-e",
    `HTTP_URL=http://127.0.0.1:${server.port}`,
    script,
  ],
  { stdout: "ignore", stderr: "inherit" },
);

const memory: { servedShare: number; mb: number }[] = [];
const timer = setInterval(() => {
  const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
  const kb = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0);
  if (kb > 0) memory.push({ servedShare: served / REQUESTS, mb: kb / 1024 });
}, 200);
const code = await child.exited;
clearInterval(timer);
const used = child.resourceUsage()!;
await server.stop(true);

const { metrics } = JSON.parse(readFileSync(summary, "utf8")) as { metrics: Record<string, { count: number }> };
rmSync(folder, { recursive: true });
const reported = metrics["http_reqs"]!.count;

const during = (from: number, to: number): number => {
  const values = memory.filter(({ servedShare }) => servedShare >= from && servedShare < to).map(({ mb }) => mb);
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
};
for (let tenth = 0; tenth < 10; tenth++) {
  console.log(`${String(tenth * 10).padStart(3)} %  ${during(tenth / 10, (tenth + 1) / 10).toFixed(1)} MB`);
}
const floor = during(0.3, 0.5);
const end = during(0.8, 1.01);
console.log(`${os.cpus()[0]?.model ?? "?"}, Bun ${Bun.version}`);
console.log(
  `memory ${end.toFixed(1)} MB at the end, ${floor.toFixed(1)} MB before the middle, ratio ${(end / floor).toFixed(3)}`,
);
console.log(`${reported} requests reported, ${served} served, ${REQUESTS} asked for`);
console.log(`${(Number(used.cpuTime.total) / REQUESTS).toFixed(1)} us CPU a request`);
const isFlat = end <= floor * (1 + GROWTH_MAX);
if (code !== 0 || !isFlat || reported !== REQUESTS || served !== REQUESTS) {
  console.error(`failed: exit code ${code}, memory ${isFlat ? "is flat" : "grows"}`);
  process.exit(1);
}
