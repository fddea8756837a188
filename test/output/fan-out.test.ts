import { expect, test } from "bun:test";
import { UserError } from "../../src/base/errors.ts";
import type { Sample } from "../../src/metrics/sample.ts";
import { createOutput, FanOut, type Output } from "../../src/output/index.ts";
import { OK, outputContext, sample } from "../suites/output.ts";

/** An output that keeps a diary and fails where it is told to. */
function diary(fails: { start?: boolean; add?: boolean; flush?: boolean; stop?: boolean } = {}) {
  const entries: string[] = [];
  const note = (entry: string, failing: boolean | undefined) => {
    entries.push(entry);
    if (failing) throw new Error(`${entry} failed`);
  };
  const output: Output = {
    description: "diary",
    start: async () => note("start", fails.start),
    add: (samples: readonly Sample[]) => note(`add ${samples.length}`, fails.add),
    ...(fails.flush && { flush: () => note("flush", true) }),
    stop: async () => note("stop", fails.stop),
  };
  return { output, entries };
}

test("FanOut brings each batch to all outputs, also when one fails", async () => {
  const { context, records } = outputContext();
  const [first, broken, last] = [diary(), diary({ add: true }), diary()];
  const fanOut = new FanOut(
    [
      { name: "first", output: first.output },
      { name: "broken", output: broken.output },
      { name: "last", output: last.output },
    ],
    context.logger,
  );
  await fanOut.start(OK);
  fanOut.add([sample(), sample()]);
  fanOut.add([sample()]);
  await fanOut.stop(OK);
  expect(first.entries).toEqual(["start", "add 2", "add 1", "stop"]);
  expect(last.entries).toEqual(first.entries);
  expect(broken.entries).toEqual(["start", "add 2", "stop"]);
  expect(records).toMatchObject([
    { level: "error", message: "The broken output failed and gets no more samples", fields: { error: "add 2 failed" } },
  ]);
  expect(fanOut.losses()).toEqual(["The broken output misses samples (3 at least): add 2 failed"]);
});

test("FanOut stops what it has started if one does not start", async () => {
  const { context } = outputContext();
  const [first, broken, last] = [diary(), diary({ start: true }), diary()];
  const outputs = [first, broken, last].map(({ output }, index) => ({ name: String(index), output }));
  await expect(new FanOut(outputs, context.logger).start(OK)).rejects.toThrow("start failed");
  expect([first.entries, broken.entries, last.entries]).toEqual([["start", "stop"], ["start"], []]);
});

test("FanOut stops all outputs although one does not want to", async () => {
  const { context, records } = outputContext();
  const [broken, last] = [diary({ stop: true }), diary()];
  const fanOut = new FanOut(
    [
      { name: "broken", output: broken.output },
      { name: "last", output: last.output },
    ],
    context.logger,
  );
  await fanOut.start(OK);
  await fanOut.stop(OK);
  expect(last.entries).toEqual(["start", "stop"]);
  expect(records).toMatchObject([{ message: "Stopping the broken output failed", fields: { error: "stop failed" } }]);
  expect(fanOut.losses()).toHaveLength(1);
});

test("FanOut knows of samples that an output kept back and could not write", async () => {
  const { context, records } = outputContext();
  const [broken, last] = [diary({ flush: true }), diary()];
  const fanOut = new FanOut(
    [
      { name: "broken", output: broken.output },
      { name: "last", output: last.output },
    ],
    context.logger,
  );
  await fanOut.start(OK);
  fanOut.add([sample()]);
  fanOut.flush();
  expect(fanOut.losses()).toEqual(["The broken output misses samples: flush failed"]);
  await fanOut.stop(OK);
  expect(broken.entries).toEqual(["start", "add 1", "flush", "stop"]);
  expect(records).toHaveLength(1);
});

test("FanOut without outputs needs no samples", () => {
  expect(new FanOut([], outputContext().context.logger).isEmpty).toBe(true);
});

test("createOutput makes outputs by name, with all that stands behind the first equals sign", async () => {
  const { context } = outputContext();
  expect((await createOutput("json", context)).output.description).toBe("json(stdout)");
  expect((await createOutput("json=a=b.json", context)).output.description).toBe("json (a=b.json)");
  const configs = { csv: { file_name: "c.csv" } };
  expect(await createOutput("csv", { ...context, configs })).toMatchObject({
    name: "csv",
    output: { description: "csv (c.csv)" },
  });
});

test("createOutput refuses unknown names and arguments, in k6's words", async () => {
  const { context } = outputContext();
  const refusal = async (specification: string) => {
    const error = await createOutput(specification, context).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(UserError);
    return error as UserError;
  };
  expect(await refusal("jsn=x")).toMatchObject({
    message: "invalid output type 'jsn', available types are: csv, json",
    hint: 'Did you mean "json"?',
    exitCode: 255,
  });
  expect((await refusal("toString")).message).toStartWith("invalid output type 'toString'");
  expect((await refusal("csv=a=b")).message).toBe(
    "could not create the 'csv' output: unknown key \"a\" as argument for csv output",
  );
});
