/**
 * Stands in for jslib.k6.io/k6-utils, every version: small functions for everyday load tests.
 *
 * It is a k6 script like the user's own and is compiled with it, so functions that are handed in may block.
 */
import exec from "k6/execution";
import { Rate } from "k6/metrics";

const checks = new Rate("checks");

/** Like `check` of k6, but promises, and functions that return them, are waited for; then the result is a promise. */
export function check(value, checkers, tags) {
  if (value instanceof Promise) return value.then((settled) => check(settled, checkers, tags));
  const results = Object.entries(checkers).map(([name, checker]) => {
    const report = (result) => {
      checks.add(result ? 1 : 0, { ...tags, check: name });
      return result;
    };
    const result = typeof checker === "function" ? checker(value) : checker;
    return result instanceof Promise ? result.then(report) : report(result);
  });
  const isEvery = (settled) => settled.every((result) => Boolean(result));
  return results.some((result) => result instanceof Promise) ? Promise.all(results).then(isEvery) : isEvery(results);
}

/** An integer from `min` to `max`, both included. */
export function randomIntBetween(min, max) {
  return Math.floor(Math.random() * (max - min + 1) + min);
}

export function randomItem(arrayOfItems) {
  return arrayOfItems[Math.floor(Math.random() * arrayOfItems.length)];
}

/** `length` characters of `charset`; one that stands there twice is chosen twice as often. */
export function randomString(length, charset = "abcdefghijklmnopqrstuvwxyz") {
  let text = "";
  for (let left = length; left > 0; left--) text += charset[Math.floor(Math.random() * charset.length)];
  return text;
}

/** A random UUID; its numbers come from `Math.random`, and so from `randomSeed`, unless it is to be `secure`. */
export function uuidv4(secure = false) {
  if (secure) return crypto.randomUUID();
  const digits = Array.from({ length: 32 }, () => Math.floor(Math.random() * 16));
  digits[12] = 4;
  digits[16] = 8 + (digits[16] % 4);
  const hex = digits.map((digit) => digit.toString(16)).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** The text between `left` and `right`: the first one, or with `repeat` a list of all; null if there is none. */
export function findBetween(content, left, right, repeat = false) {
  const found = [];
  for (let at = content.indexOf(left); at >= 0; at = content.indexOf(left, at)) {
    const start = at + left.length;
    const end = content.indexOf(right, start);
    if (end < 0) break;
    const text = content.substring(start, end);
    if (!repeat) return text;
    found.push(text);
    at = end + right.length;
  }
  return found.length > 0 ? found : null;
}

/**
 * Stages in which the number of VUs follows a bell curve, cut off at two standard deviations.
 *
 * The middle four sixths of the time are the curve; a sixth each leads to it and back to no VUs.
 */
export function normalDistributionStages(maxVus, durationSeconds, numberOfStages = 10) {
  const edge = `${Math.ceil(durationSeconds / 6)}s`;
  const step = `${Math.ceil((4 * durationSeconds) / (6 * numberOfStages))}s`;
  const density = (index) => Math.exp(-((-2 + (4 * index) / numberOfStages) ** 2) / 2);
  const densities = Array.from({ length: numberOfStages + 1 }, (_, index) => density(index));
  const peak = Math.max(...densities);
  const stages = densities.map((value, index) => ({
    duration: index === 0 ? edge : step,
    target: Math.round((value * maxVus) / peak),
  }));
  return [...stages, { duration: edge, target: 0 }];
}

const UNIT_MS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

/** Milliseconds of a text like "1m30.5s"; a number without a unit is milliseconds. */
export function parseDuration(text) {
  if (text === undefined || text === null || text.length < 1) throw new Error("str is empty");
  const seen = new Set();
  let total = 0;
  for (const [, number, unit] of text.matchAll(/([\d.]*)(ms|[^\d.]|$)/g)) {
    if (unit === "") {
      if (number !== "") total += Number.parseFloat(number);
      continue;
    }
    const unitMs = UNIT_MS[unit];
    if (unitMs === undefined) throw new Error(`${unit} is an unsupported time unit`);
    if (seen.has(unit)) throw new Error(`${unit} time unit is provided multiple times`);
    seen.add(unit);
    const value = Number.parseFloat(number);
    total += unit === "ms" ? Math.trunc(value) : value * unitMs;
  }
  return total;
}

function currentStages() {
  const { name } = exec.scenario;
  const scenario = exec.test.options.scenarios[name];
  if (!scenario) throw new Error(`the exec.test.options object doesn't contain the current scenario ${name}`);
  if (!scenario.stages) {
    throw new Error(
      "only ramping-vus or ramping-arrival-rate supports stages, it is not possible to get a stage index on other executors.",
    );
  }
  if (scenario.stages.length < 1) throw new Error(`the current scenario ${name} doesn't contain any stage`);
  return scenario.stages;
}

/** The stage that the scenario is in, from 0; the last one also when its time is over. */
export function getCurrentStageIndex() {
  const stages = currentStages();
  const elapsedMs = Date.now() - exec.scenario.startTime;
  let endMs = 0;
  const index = stages.findIndex((stage) => {
    endMs += parseDuration(stage.duration);
    return elapsedMs < endMs;
  });
  return index < 0 ? stages.length - 1 : index;
}

/** Tags what the VU measures from now on with `stage`: the index of the current stage. */
export function tagWithCurrentStageIndex() {
  exec.vu.tags.stage = getCurrentStageIndex();
}

/** Tags what the VU measures from now on with `stage_profile`: ramp-up, steady or ramp-down. */
export function tagWithCurrentStageProfile() {
  const index = getCurrentStageIndex();
  const stages = currentStages();
  const change = index === 0 ? 1 : stages[index].target - stages[index - 1].target;
  exec.vu.tags.stage_profile = change > 0 ? "ramp-up" : change < 0 ? "ramp-down" : "steady";
}
