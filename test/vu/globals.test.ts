import { expect, test } from "bun:test";
import { runScript } from "../support/script-runner.ts";

test("what one VU changes of console, crypto and __ENV is not seen by another", async () => {
  const { log } = await runScript(
    `const log = console.log;
     console.log = (...args) => log(__VU, ...args);
     export default () => {
       console.log(__ENV.NAME, console.mark, crypto.mark);
       __ENV.NAME = __VU;
       console.mark = true;
       console.log(typeof __ENV.NAME, __ENV.NAME);
     };`,
    { vus: 2, env: { NAME: "given" } },
  );
  expect(log).toEqual([
    "info: 1 given undefined undefined",
    "info: 1 string 1",
    "info: 2 given undefined undefined",
    "info: 2 string 2",
  ]);
});

test("__ENV behaves like a plain object of texts", async () => {
  const { log } = await runScript(
    `export default () => {
       __ENV.NUMBER = 5;
       delete __ENV.B;
       console.log(JSON.stringify(__ENV), Object.keys(__ENV).join(), "A" in __ENV, "B" in __ENV, __ENV.B, __ENV.hasOwnProperty("A"));
       const { A, ...rest } = __ENV;
       console.log(A, JSON.stringify(rest), String(__ENV), __ENV.constructor === Object);
     };`,
    { env: { A: "a", B: "b" } },
  );
  expect(log).toEqual([
    'info: {"A":"a","NUMBER":"5"} A,NUMBER true false undefined true',
    'info: a {"NUMBER":"5"} [object Object] true',
  ]);
});

test("__ENV refuses writes with the feature freeze-env", async () => {
  const { log } = await runScript(
    `export default () => {
       for (const f of [() => { __ENV.A = 1; }, () => { delete __ENV.A; }]) try { f(); } catch (e) { console.log(e.name); }
       console.log(__ENV.A);
     };`,
    { env: { A: "a" }, options: { features: ["freeze-env"] } },
  );
  expect(log).toEqual(["info: TypeError", "info: TypeError", "info: a"]);
});

test("globals can be replaced, and timers are functions that scripts may hand on", async () => {
  const { log } = await runScript(`
    const before = console;
    globalThis.console = { log: (text) => before.log("mine: " + text) };
    const later = setTimeout;
    export default () => {
      console.log("x");
      const never = setInterval(() => console.log("never"), 1);
      clearInterval(never);
      later((a, b) => console.log(a + b), 1, "argu", "ments");
    };`);
  expect(log).toEqual(["info: mine: x", "info: mine: arguments"]);
});

test("nothing of the host is reachable through the globals", async () => {
  const { log } = await runScript(`
    const hosts = (f) => { try { return f.constructor("return typeof process + typeof Bun + typeof Deno")(); } catch (e) { return e.name; } };
    export default async () => {
      const found = [console.log, setTimeout, TextEncoder, new TextEncoder().encode, crypto.subtle.digest, __ENV.constructor,
        (await crypto.subtle.digest("SHA-1", new Uint8Array(1))).constructor, new TextEncoder().encode("x").buffer.constructor];
      console.log([...new Set(found.map(hosts))].join());
      try { await crypto.subtle.digest("MD5", new Uint8Array(1)); } catch (e) { console.log(hosts(e.constructor), e instanceof Error); }
    };`);
  expect(log).toEqual(["info: undefinedundefinedundefined", "info: undefinedundefinedundefined true"]);
});
