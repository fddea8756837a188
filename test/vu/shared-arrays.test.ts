import { expect, test } from "bun:test";
import { SharedArrays, TextList } from "../../src/vu/shared-arrays.ts";

test("TextList gives back every text, of any length and alphabet", () => {
  const texts = ["", "a", "ü😀", "", "x".repeat(1000), "\u0000", "end"];
  const list = TextList.from(texts);
  expect(list.length).toBe(7);
  expect(texts.map((_, index) => list.at(index))).toEqual(texts);
  expect(TextList.from([]).length).toBe(0);
});

test("SharedArrays hands lists to other threads without a copy", async () => {
  const mine = new SharedArrays();
  mine.add("list", ["1", "2"]);
  const worker = new Worker(
    URL.createObjectURL(
      new Blob([`onmessage = ({ data }) => { new Uint8Array(data[0][1].bytes)[0] = 57; postMessage("done"); };`]),
    ),
  );
  await new Promise((resolve) => {
    worker.onmessage = resolve;
    worker.postMessage(mine.export());
  });
  worker.terminate();
  expect(mine.get("list")!.at(0)).toBe("9"); // 57 is the code of 9

  const other = new SharedArrays();
  other.import(structuredClone(mine.export()));
  expect(other.get("list")!.at(1)).toBe("2");
  expect(other.get("none")).toBeUndefined();
});
