import { expect, test } from "bun:test";
import { removedModule } from "../../compat/removed.ts";
import { runScript } from "../support/script-runner.ts";

test("k6/experimental/timers is there for scripts that take all of it, as those of its own time do", async () => {
  const { log, errors } = await runScript(`
    import { setTimeout as st, clearTimeout as ct, setInterval as si, clearInterval as ci } from "k6/experimental/timers";
    export default () => { console.log(st === setTimeout, ct === clearTimeout, si === setInterval, ci === clearInterval); };`);
  expect([log, errors]).toEqual([["info: true true true true"], []]);
});

test("k6/experimental/timers is gone for others", async () => {
  const { errors } = await runScript(`
    import { setTimeout } from "k6/experimental/timers";
    export default () => {};`);
  expect(errors[0]).toStartWith("GoError: k6/experimental/timers has been graduated, and it's now globally available");
});

test("removedModule knows what k6 has removed and nothing else", () => {
  const none: ReadonlySet<string> = new Set();
  const names = ["browser", "grpc", "redis", "timers", "tracing", "webcrypto"];
  for (const name of names) expect(removedModule(`k6/experimental/${name}`, none)).toContain(name);
  for (const name of ["k6", "k6/experimental/websockets", "k6/experimental/fs"]) {
    expect(removedModule(name, none)).toBeUndefined();
  }
});
