import { expect, test } from "bun:test";
import { runScript } from "../../support/script-runner.ts";

test("secrets.get finds secrets by source, and tells each one that is used", async () => {
  const { log, secretsUsed } = await runScript(
    `import secrets from "k6/secrets";
     export default async () => {
       console.log(await secrets.get("a"), await secrets.source("other").get("a"));
       for (const get of [() => secrets.get("none"), () => secrets.source("nowhere").get("a"), () => secrets.get("toString")]) {
         try { await get(); } catch (e) { console.log(e.name, e.message, String(e)); }
       }
     };`,
    { secretSources: { default: { a: "1" }, other: { a: "2" } } },
  );
  expect(log).toEqual([
    "info: 1 2",
    "info: undefined undefined no value",
    'info: undefined undefined no secret source with name "nowhere" is configured',
    "info: undefined undefined no value",
  ]);
  expect(secretsUsed).toEqual(["1", "2"]);
});
