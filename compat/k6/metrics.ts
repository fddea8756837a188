/**
 * The module `k6/metrics`: Counter, Gauge, Rate, Trend.
 *
 * As in k6 a metric is a plain object with a fixed `name` and a function `add`, made with or without `new`; metrics with
 * one name share their samples. `add` is made once a thread for each metric, so a metric costs a VU next to nothing.
 *
 * @see k6 docs, javascript-api/k6-metrics
 */
import { GoError, type Metric, type MetricKind, type ModuleFactory } from "../../src/module-api.ts";
import { numberOf, textOf } from "./primitive.ts";
import { tagsFrom } from "./tag-value.ts";

/** How much of a wrong value a warning shows, in characters. */
const SHOWN_MAX = 100;

const metrics: ModuleFactory = (runtime) => {
  const { rt } = runtime;
  const adders = new Map<Metric, unknown>();

  const adderOf = (metric: Metric): unknown => {
    let add = adders.get(metric);
    if (add === undefined) adders.set(metric, (add = rt.fn("add", 2, (args) => addSample(metric, args))));
    return add;
  };

  const addSample = (metric: Metric, args: unknown[]): boolean => {
    const { vu } = runtime;
    if (vu.inInit) throw new GoError("Adding to metrics in the init context is not supported");
    const [given, tags] = args;
    const value = typeof given === "number" ? given : toValue(given);
    if (args.length === 0 || Number.isNaN(value)) {
      const problem =
        args.length === 0
          ? `no value was provided for metric '${metric.name}'`
          : `'${shorten(String(given))}' is an invalid value for metric '${metric.name}'`;
      const message = `${problem}, a number or a boolean value is expected`;
      if (runtime.options.throw) throw new GoError(message);
      runtime.log.log("warning", message);
      return false;
    }
    const set = tagsFrom(vu.tags, tags, `cannot add tags for the '${metric.name}' custom metric: `);
    vu.recordInScript(metric, value, runtime.clock.epochMs(), set);
    return true;
  };

  const metricClass = (name: string, kind: MetricKind): unknown =>
    rt.defineClass(name, 1, {
      callable: true,
      make(args) {
        if (!runtime.vu.inInit) throw new GoError("metrics must be declared in the init context");
        const [given, isTime] = args;
        const metricName = given === undefined || given === null ? "" : textOf(given);
        const metric = runtime.registry.define(metricName, kind, isTime ? "time" : "default");
        const object = rt.object();
        Object.defineProperty(object, "name", { value: metricName, enumerable: true });
        rt.method(object, "add", adderOf(metric), true);
        return object;
      },
    });

  return {
    named: {
      Counter: metricClass("Counter", "counter"),
      Gauge: metricClass("Gauge", "gauge"),
      Rate: metricClass("Rate", "rate"),
      Trend: metricClass("Trend", "trend"),
    },
  };
};

/** The number that a value stands for; NaN if none. What is true without being a number counts as 1. */
function toValue(given: unknown): number {
  if (given === null) return Number.NaN;
  const value = numberOf(given);
  return value === 0 && given ? 1 : value;
}

/** The beginning and the end of a long text, with k6's words between. */
function shorten(text: string): string {
  const characters = [...text];
  if (characters.length < SHOWN_MAX) return text;
  const half = SHOWN_MAX / 2;
  const omitted = characters.length - SHOWN_MAX;
  return `${characters.slice(0, half).join("")}... omitting ${omitted} characters ...${characters.slice(-half).join("")}`;
}

export default metrics;
