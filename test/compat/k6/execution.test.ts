import { expect, test } from "bun:test";
import { runScript } from "../../support/script-runner.ts";

test("exec.vu.metrics changes tags and metadata of the VU's samples", async () => {
  const { log, samples } = await runScript(
    `import exec from "k6/execution";
     import { Counter } from "k6/metrics";
     const c = new Counter("hits");
     export default () => {
       const { tags, metadata } = exec.vu.metrics;
       if (__ITER === 0) { tags.mine = "x"; tags.n = 5; metadata.trace = true; }
       else { delete tags.mine; delete metadata.trace; }
       c.add(1);
       console.log(Object.keys(tags).sort().join(), JSON.stringify(metadata), "mine" in tags, tags.mine, exec.vu.tags.n);
     };`,
    { iterations: 2 },
  );
  expect(samples).toEqual(["hits 1 mine=x n=5 @trace=true", "hits 1 n=5"]);
  expect(log).toEqual([
    'info: group,mine,n,scenario {"trace":"true"} true x 5',
    "info: group,n,scenario {} false undefined 5",
  ]);
});

test("exec.test.abort interrupts: neither catch nor finally nor later lines run", async () => {
  const { log, aborts, errors } = await runScript(`
    import exec from "k6/execution";
    export default () => {
      try { [1].forEach(() => { try { exec.test.abort("enough"); } finally { console.log("finally"); } }); }
      catch { console.log("caught"); }
      console.log("after");
    };`);
  expect({ log, aborts, errors }).toEqual({ log: [], aborts: ["enough"], errors: [] });
});

test("exec.test.abort ends init code, also after an await", async () => {
  for (const wait of ["", "await null;"]) {
    const { aborts, log } = await runScript(`
      import exec from "k6/execution";
      ${wait}
      exec.test.abort();
      console.log("after");
      export default () => {};`);
    expect({ aborts, log }).toEqual({ aborts: [""], log: [] });
  }
});

test("exec.test.fail tells an empty reason from none", async () => {
  const { log } = await runScript(`
    import exec from "k6/execution";
    export default () => { for (const reason of ["", undefined, null, 0]) exec.test.fail(reason); };`);
  expect(log).toEqual([
    "error: test marked as failed: ",
    "error: test marked as failed",
    "error: test marked as failed",
    "error: test marked as failed: 0",
  ]);
});

test("exec.test.options cannot be changed at any depth", async () => {
  const { log } = await runScript(
    `import exec from "k6/execution";
     export default () => {
       const { options } = exec.test;
       for (const f of [() => { options.userAgent = "x"; }, () => { options.scenarios.a.vus = 2; }, () => options.list.push(1)]) {
         try { f(); console.log("changed"); } catch (e) { console.log(e.name); }
       }
       console.log(options.vus, options.scenarios.a.vus, options.consoleOutput);
     };`,
    { test: { options: () => ({ vus: 5, scenarios: { a: { vus: 1 } }, list: [] }) } },
  );
  expect(log).toEqual(["info: TypeError", "info: TypeError", "info: TypeError", "info: undefined 1 null"]);
});

test("exec.instance is refused where there are no figures", async () => {
  const { errors } = await runScript(
    `import exec from "k6/execution";
     export default () => exec.instance;`,
    { test: { counts: () => undefined } },
  );
  expect(errors[0]).toStartWith("GoError: getting instance information in the init context is not supported");
});
