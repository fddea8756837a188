import { expect, test } from "bun:test";
import { runScript } from "../../support/script-runner.ts";

test("metrics take numbers, texts of numbers and booleans", async () => {
  const { log, samples } = await runScript(`
    import { Counter, Trend } from "k6/metrics";
    const c = new Counter("hits"), t = new Trend("took", true);
    export default () => {
      console.log(c.add(2), c.add("3"), c.add(true), c.add(""), c.add([]), t.add(1.5, { kind: "a", n: 5, yes: true }));
    };`);
  expect(log).toEqual(["info: true true true true true true"]);
  expect(samples).toEqual(["hits 2", "hits 3", "hits 1", "hits 0", "hits 1", "took 1.5 kind=a n=5 yes=true"]);
});

test("add() warns of what is no number, or throws with the option throw", async () => {
  const script = `
    import { Rate } from "k6/metrics";
    const r = new Rate("ok");
    export default () => { console.log(r.add("x".repeat(120))); };`;
  const shortened = `${"x".repeat(50)}... omitting 20 characters ...${"x".repeat(50)}`;
  const message = `'${shortened}' is an invalid value for metric 'ok', a number or a boolean value is expected`;
  expect((await runScript(script)).log).toEqual([`warning: ${message}`, "info: false"]);
  expect((await runScript(script, { options: { throw: true } })).errors[0]).toStartWith(`GoError: ${message}`);
});

test("a metric is made in the init context only, under a good name and with one kind", async () => {
  const { log, errors } = await runScript(`
    import { Counter, Gauge } from "k6/metrics";
    for (const make of [() => new Counter("1a"), () => Gauge("same"), () => new Counter("same"), () => new Gauge("same", true)]) {
      try { console.log(make().name); } catch (e) { if (__VU === 0) console.log(e.name, e.message.slice(0, 60)); }
    }
    export default () => new Counter("late");`);
  expect(log.slice(0, 4)).toEqual([
    "info: GoError Invalid metric name: '1a'. Metric names must only include up",
    "info: same",
    "info: GoError metric 'same' already exists but with type gauge, instead of",
    "info: GoError metric 'same' already exists but with a value type default, ",
  ]);
  expect(errors[0]).toStartWith("GoError: metrics must be declared in the init context");
});

test("a metric's name is fixed, and its tags are texts, numbers or booleans", async () => {
  const { log } = await runScript(`
    import { Counter } from "k6/metrics";
    const c = new Counter("hits");
    export default () => {
      for (const f of [() => { c.name = "x"; }, () => c.add(1, { a: {} })]) {
        try { f(); } catch (e) { console.log(e.name, e.message.slice(0, 80)); }
      }
    };`);
  expect(log[0]).toStartWith("info: TypeError ");
  expect(log[1]).toBe("info: GoError cannot add tags for the 'hits' custom metric: invalid value for metric tag 'a': ");
});
