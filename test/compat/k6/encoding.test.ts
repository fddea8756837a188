import { expect, test } from "bun:test";
import { runScript } from "../../support/script-runner.ts";

const results = async (...expressions: string[]): Promise<string[]> => {
  const { log, errors } = await runScript(`import { b64encode, b64decode } from "k6/encoding";
    export default () => {
      for (const f of [${expressions.map((expression) => `() => ${expression}`).join()}]) {
        try { console.log(f()); } catch (e) { console.log(e.name + ": " + e.message); }
      }
    };`);
  expect(errors).toEqual([]);
  return log.map((line) => line.slice("info: ".length));
};

test("b64decode ignores line breaks and keeps a byte order mark", async () => {
  expect(
    await results(`b64decode("aG\\nVs\\r\\nbG8=\\n", "std", "s")`, `b64decode("77u/YQ==", "std", "s").length`),
  ).toEqual(["hello", "2"]);
});

// Positions as Go's decoder gives them: of the wrong byte, or of the group that is not full.
const refused: [text: string, variant: string, byte: number][] = [
  ["aGVsb", "std", 4],
  ["aGVs!", "std", 4],
  ["=aGV", "std", 0],
  ["a===", "std", 1],
  ["aG=V", "std", 3 - 1],
  ["aGV=s", "std", 4],
  ["aGVs\nbG", "std", 5],
  ["aGVsbG8=", "rawstd", 7],
  ["a", "rawurl", 0],
  ["ab-_", "std", 2],
  ["ab+/", "url", 2],
  ["aü==", "std", 1],
];
for (const [text, variant, byte] of refused) {
  test(`b64decode(${JSON.stringify(text)}, "${variant}") is refused at byte ${byte}`, async () => {
    expect(await results(`b64decode(${JSON.stringify(text)}, "${variant}")`)).toEqual([
      `GoError: illegal base64 data at input byte ${byte}`,
    ]);
  });
}

test("b64encode names the Go type of what it cannot encode", async () => {
  const types = await results(
    `b64encode(1.5)`,
    `b64encode([1])`,
    `b64encode({})`,
    `b64encode(true)`,
    `b64encode(new Uint16Array(1))`,
  );
  expect(types.map((line) => line.slice("GoError: invalid type ".length, line.indexOf(", expected")))).toEqual([
    "float64",
    "[]interface {}",
    "map[string]interface {}",
    "bool",
    "[]uint16",
  ]);
});
