import { expect, test } from "bun:test";
import { runScript } from "../../../support/script-runner.ts";

const logged = async (body: string): Promise<string[]> => {
  const { log, errors } = await runScript(`
    import { CountQueuingStrategy, ReadableStream, ReadableStreamDefaultReader, WritableStream } from "k6/experimental/streams";
    const failure = async (f) => { try { await f(); return "none"; } catch (e) { return e.name + ": " + e.message; } };
    const all = async (stream) => { const out = []; for await (const chunk of stream) out.push(chunk); return out.join(); };
    const of = (...chunks) => new ReadableStream({ start(c) { for (const chunk of chunks) c.enqueue(chunk); c.close(); } });
    export default async () => { ${body} };`);
  expect(errors).toEqual([]);
  return log.map((line) => line.slice("info: ".length));
};

test("a readable stream pulls no further than its strategy's mark", async () => {
  expect(
    await logged(`
      let pulled = 0;
      const stream = new ReadableStream({ pull(c) { c.enqueue(++pulled); } }, new CountQueuingStrategy({ highWaterMark: 3 }));
      await null; await null; await null; await null;
      await new Promise((resolve) => setTimeout(resolve, 1));
      console.log(pulled);
      const reader = stream.getReader();
      console.log((await reader.read()).value);
      await new Promise((resolve) => setTimeout(resolve, 1));
      console.log(pulled, await failure(() => stream.cancel()), await failure(() => stream.getReader()));`),
  ).toEqual(["3", "1", "4 TypeError: cannot cancel a locked stream TypeError: stream is locked"]);
});

test("reading ends with close, error, cancel and release", async () => {
  expect(
    await logged(`
      console.log(await all(of(1, 2, 3)));
      const bad = new ReadableStream({ pull() { throw new RangeError("pull"); } });
      const reader = bad.getReader();
      console.log(await failure(() => reader.read()), await failure(() => reader.closed));
      let why;
      const stream = new ReadableStream({ cancel(reason) { why = reason; } });
      const r = new ReadableStreamDefaultReader(stream);
      const waiting = r.read();
      await r.cancel("enough");
      console.log(JSON.stringify(await waiting), why, stream.locked);
      r.releaseLock();
      console.log(stream.locked, await failure(() => r.read()), await failure(() => r.closed));
      for await (const chunk of of(1, 2)) { console.log(chunk); break; }`),
  ).toEqual([
    "1,2,3",
    "RangeError: pull RangeError: pull",
    '{"done":true} enough true',
    "false TypeError: stream is undefined TypeError: reader released",
    "1",
  ]);
});

test("tee gives every chunk to both, and cancels when both are cancelled", async () => {
  expect(
    await logged(`
      const [a, b] = of(1, 2, 3).tee();
      console.log(await all(a), await all(b));
      let why;
      const [c, d] = new ReadableStream({ cancel(reasons) { why = reasons.join(); } }).tee();
      const first = c.cancel("x");
      await d.cancel("y");
      await first;
      console.log(why);
      const [e] = new ReadableStream({ start(controller) { controller.error(new Error("broken")); } }).tee();
      console.log(await failure(() => all(e)));`),
  ).toEqual(["1,2,3 1,2,3", "x,y", "Error: broken"]);
});

test("what a stream cannot be made of is refused in k6's words", async () => {
  expect(
    await logged(`
      for (const f of [
        () => new ReadableStream(null), () => new ReadableStream({ type: "bytes" }), () => new ReadableStream({ pull: 5 }),
        () => new ReadableStream({}, { highWaterMark: -1 }), () => new ReadableStream({}, { size: 1 }),
        () => new CountQueuingStrategy(), () => new CountQueuingStrategy({}), () => of(1).getReader({ mode: "byob" }),
        () => new ReadableStream({ start(c) { c.close(); c.enqueue(1); } }), () => new WritableStream({ type: "x" }),
      ]) console.log(await failure(f));`),
  ).toEqual([
    "TypeError: underlyingSource must be an object",
    "NotSupportedError: 'bytes' stream is not supported yet",
    "TypeError: underlyingSource.[[pull]] must be a function",
    "RangeError: highWaterMark must be a non-negative number",
    "TypeError: size must be a function",
    "TypeError: CountQueuingStrategy takes a single argument",
    "TypeError: CountQueuingStrategy argument must have 'highWaterMark' property",
    "NotSupportedError: 'byob' mode is not supported yet",
    "TypeError: cannot close or enqueue",
    "RangeError: 'type' is not supported by WritableStream",
  ]);
});

test("a writable stream writes one chunk after the other and holds writers back", async () => {
  expect(
    await logged(`
      const seen = [];
      const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
      const stream = new WritableStream(
        { async write(chunk) { seen.push("begin " + chunk); await later(1); seen.push("end " + chunk); }, close() { seen.push("close"); } },
        { highWaterMark: 2 },
      );
      const writer = stream.getWriter();
      await writer.ready;
      writer.write(1);
      const second = writer.write(2);
      console.log(writer.desiredSize, stream.locked);
      let ready = false;
      writer.ready.then(() => { ready = true; });
      await null;
      console.log(ready);
      await second;
      console.log(ready, seen.join());
      writer.write(3);
      await writer.close();
      await writer.closed;
      console.log(seen.slice(4).join(), await failure(() => writer.write(4)));`),
  ).toEqual([
    "0 true",
    "false",
    "true begin 1,end 1,begin 2,end 2",
    "begin 3,end 3,close TypeError: stream is closing or closed",
  ]);
});

test("a writable stream fails with its sink, and aborts", async () => {
  expect(
    await logged(`
      const bad = new WritableStream({ write() { throw new RangeError("write"); } }).getWriter();
      console.log(await failure(() => bad.write(1)), await failure(() => bad.closed), await failure(() => bad.write(2)));
      let why;
      const stream = new WritableStream({ abort(reason) { why = reason; } });
      await stream.abort("enough");
      console.log(why, await failure(() => stream.getWriter().closed));
      const erring = new WritableStream({ start(c) { c.error(new Error("early")); } });
      console.log(await failure(() => erring.close()));`),
  ).toEqual(["RangeError: write RangeError: write RangeError: write", "enough undefined: undefined", "Error: early"]);
});
