/**
 * What does one sample cost, does memory stay flat, and how far off are percentiles?
 *
 * A hundred million samples (or as many as the first argument says) go through the recorder of one thread to the
 * aggregate, packed every 100,000 samples as ten times a second would do it. The values are a tenth of that many, taken ten
 * times over; sorted, they give the exact percentiles.
 *
 * Floor: the same loop with the values written to an array and nothing else.
 */
import { cpus } from "node:os";
import { Aggregate } from "../src/metrics/aggregate.ts";
import { defineBuiltinMetrics } from "../src/metrics/builtin.ts";
import { Recorder } from "../src/metrics/recorder.ts";
import { Registry } from "../src/metrics/registry.ts";
import { TagSetRoot } from "../src/metrics/tags.ts";
import { parseThresholdTarget } from "../src/metrics/threshold/submetric.ts";

const SAMPLES = Number(process.argv[2] ?? 100_000_000);
/** Each value is taken this often, so that the exact percentiles can be had without all samples in memory. */
const ROUNDS = 10;
const SAMPLES_PER_REPORT = 100_000;
const QUANTILES = ["p(1)", "p(10)", "med", "p(90)", "p(95)", "p(99)", "p(99.9)", "p(99.99)"];

/** Durations like those of a network: many near 20 ms, a long tail; from a fixed seed. */
function makeValues(count: number): Float64Array {
  const values = new Float64Array(count);
  let state = 0x2545f491;
  for (let index = 0; index < count; index++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    values[index] = 20 / (1 - (state >>> 0) / 2 ** 32) ** 0.4 - 15;
  }
  return values;
}

const values = makeValues(Math.ceil(SAMPLES / ROUNDS));
const copy = new Float64Array(SAMPLES_PER_REPORT);
const floorStart = performance.now();
for (let index = 0; index < SAMPLES; index++) copy[index % SAMPLES_PER_REPORT] = values[index % values.length]!;
const floorNs = ((performance.now() - floorStart) * 1e6) / SAMPLES;

const registry = new Registry();
const builtin = defineBuiltinMetrics(registry);
const submetric = parseThresholdTarget("http_req_duration{status:200}").submetric!;

function run(name: string, tagCount: number, submetrics: boolean, metric = builtin.http_req_duration): Aggregate {
  const aggregate = new Aggregate(new Registry());
  const recorder = new Recorder({ registry, submetrics: submetrics ? [submetric] : [] });
  const root = new TagSetRoot();
  const sets = Array.from({ length: tagCount }, (_, index) =>
    root.from({ url: `/page/${index}`, status: "200", scenario: "default", group: "" }),
  );
  // Memory after a collection, ten times on the way: what is really held.
  const held: number[] = [];
  let packedBytes = 0;
  let start = performance.now();
  for (let index = 0; index < SAMPLES; index++) {
    recorder.add(metric, sets[index % tagCount]!, values[index % values.length]!, index);
    if (index % SAMPLES_PER_REPORT === SAMPLES_PER_REPORT - 1) {
      const packed = recorder.takePacked();
      if (packed !== undefined) {
        packedBytes += packed.length;
        aggregate.merge(packed);
      }
      if ((index + 1) % (SAMPLES / 10) === 0) {
        const pause = performance.now();
        Bun.gc(true);
        held.push(process.memoryUsage().rss / 2 ** 20);
        start += performance.now() - pause;
      }
    }
  }
  const ns = ((performance.now() - start) * 1e6) / SAMPLES;
  console.log(
    `${name.padEnd(36)} ${ns.toFixed(1).padStart(6)} ns/sample  floor ${floorNs.toFixed(1)}  ratio ${(ns / floorNs).toFixed(1)}` +
      `  ${(packedBytes / SAMPLES).toFixed(1)} B/sample packed  memory ${(held.at(-1)! - held[0]!).toFixed(1)} MiB more at the end than after a tenth`,
  );
  return aggregate;
}

console.log(`${SAMPLES} samples; Bun ${Bun.version}; ${cpus()[0]?.model}`);
const aggregate = run("trend", 100, false);
run("counter", 100, false, builtin.http_reqs);
run("rate", 100, false, builtin.http_req_failed);
run("trend with a sub-metric", 100, true);
run("trend, 10,000 tag sets", 10_000, false);

const trend = aggregate.get("http_req_duration")!.sink;
const exact = values.slice().sort();
let worst = 0;
for (const quantile of QUANTILES) {
  const place = ((quantile === "med" ? 50 : Number(quantile.slice(2, -1))) / 100) * (SAMPLES - 1);
  const lower = exact[Math.floor(place / ROUNDS)]!;
  const want = lower + (exact[Math.floor(Math.ceil(place) / ROUNDS)]! - lower) * (place % 1);
  const found = trend.get(quantile, 0)!;
  worst = Math.max(worst, Math.abs(found - want) / want);
  console.log(
    `  ${quantile.padEnd(9)} exact ${want.toFixed(6)}  found ${found.toFixed(6)}  off ${((100 * Math.abs(found - want)) / want).toFixed(5)} %`,
  );
}
console.log(`worst error ${(100 * worst).toFixed(5)} % (limit 0.1 %)`);
if (worst > 0.001) process.exit(1);
