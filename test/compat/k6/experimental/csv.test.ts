import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { runScript } from "../../../support/script-runner.ts";

const folder = mkdtempSync(join(tmpdir(), "sixfold-csv-"));
writeFileSync(join(folder, "t.csv"), "name,age\nAnn,31\nBob,42\nEve,27\n");
writeFileSync(join(folder, "bad.csv"), 'name\na"b\n');
afterAll(() => rmSync(folder, { recursive: true }));

const results = async (...expressions: string[]): Promise<string[]> => {
  const { log, errors } = await runScript(
    `import { open, SeekMode } from "k6/experimental/fs";
     import csv from "k6/experimental/csv";
     const all = async (p) => { const out = []; for (;;) { const { done, value } = await p.next(); if (done) return out; out.push(value); } };
     if (__VU === 0) for (const f of [${expressions.map((expression) => `async () => ${expression}`).join()}]) {
       try { console.log(JSON.stringify(await f())); } catch (e) { console.log(e.name, e.message, String(e)); }
     }
     export default () => {};`,
    { id: pathToFileURL(join(folder, "script.js")).href },
  );
  expect(errors).toEqual([]);
  return log.map((line) => line.slice("info: ".length));
};

test("csv.parse and Parser take lines from and to, as rows or as objects", async () => {
  expect(
    await results(
      `await csv.parse(await open("t.csv"))`,
      `await csv.parse(await open("t.csv"), { fromLine: 2, toLine: 3 })`,
      `all(new csv.Parser(await open("t.csv"), { asObjects: true, toLine: 2 }))`,
      `all(new csv.Parser(await open("t.csv"), { skipFirstLine: true, toLine: 1, delimiter: "," }))`,
    ),
  ).toEqual([
    '[["name","age"],["Ann","31"],["Bob","42"],["Eve","27"]]',
    '[["Bob","42"],["Eve","27"]]',
    '[{"age":"31","name":"Ann"},{"age":"42","name":"Bob"}]',
    '[["Ann","31"]]',
  ]);
});

test("csv begins where the file is", async () => {
  expect(
    await results(
      `(async () => { const f = await open("t.csv"); await f.seek(9, SeekMode.Start); return all(new csv.Parser(f)); })()`,
    ),
  ).toEqual(['[["Ann","31"],["Bob","42"],["Eve","27"]]']);
});

test("csv refuses wrong options and files in k6's words", async () => {
  expect(
    await results(
      `csv.parse({})`,
      `csv.parse(await open("t.csv"), { delimiter: "ab" })`,
      `csv.parse(await open("t.csv"), { asObjects: true, skipFirstLine: true })`,
      `new csv.Parser(await open("t.csv"), { fromLine: 3, toLine: 3 })`,
      `new csv.Parser()`,
      `csv.parse(await open("t.csv"), { fromLine: 9 })`,
      `csv.parse(await open("bad.csv"))`,
      `new csv.Parser(await open("bad.csv"), { skipFirstLine: true }).next()`,
    ),
  ).toEqual(
    [
      "first argument expected to be a fs.File instance, got *sobek.Object instead",
      "failed to interpret the provided Parser options; reason: delimiter must be a single character",
      "failed to create a new parser; reason: the 'header' option cannot be enabled when 'skipFirstLine' is true",
      "encountered an error while interpreting Parser options; reason: fromLine must be less than or equal to toLine",
      "csv Parser constructor takes at least one non-nil source argument",
      "failed to create a new parser; reason: failed to skip lines until line 9; reason: EOF",
      'failed to read record; reason: parse error on line 2, column 2: bare " in non-quoted-field',
    ]
      .map((message) => `GoError ${message} GoError: ${message}`)
      .concat('undefined undefined parse error on line 2, column 2: bare " in non-quoted-field'),
  );
});
