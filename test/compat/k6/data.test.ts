import { expect, test } from "bun:test";
import { runScript } from "../../support/script-runner.ts";

test("SharedArray is made once, and is an array to everything that reads", async () => {
  const { log, errors } = await runScript(
    `import { SharedArray } from "k6/data";
     const list = new SharedArray("list", () => { console.log("made"); return [{ n: 1, deep: { list: [1] } }, "two", null]; });
     export default () => {
       const [first, ...rest] = list;
       console.log(JSON.stringify(list), rest.length, list.at(-1), list.indexOf("two"), "2" in list, "3" in list, list["01"], list[-1]);
       console.log(Object.entries(list).length, [...list.keys()].join(), list.concat([1]).length, Object.getOwnPropertyNames(list).join());
       console.log(list, structured(list));
     };
     const structured = (value) => value.map((one) => typeof one).join();`,
    { vus: 2 },
  );
  expect(errors).toEqual([]);
  const seen = [
    'info: [{"n":1,"deep":{"list":[1]}},"two",null] 2 null 1 true false undefined undefined',
    "info: 3 0,1,2 4 0,1,2,length",
    'info: [ { n: 1, deep: { list: [ 1 ] } }, "two", null ] object,string,object',
  ];
  expect(log).toEqual(["info: made", ...seen, ...seen]);
});

test("SharedArray and its elements cannot be changed in any way", async () => {
  const { log } = await runScript(`
    import { SharedArray } from "k6/data";
    const list = new SharedArray("list", () => [{ deep: { n: 1 } }]);
    export default () => {
      for (const f of [
        () => Object.defineProperty(list, 0, { value: 1 }), () => Object.freeze(list), () => Object.setPrototypeOf(list, null),
        () => list.pop(), () => { list[0].deep.n = 2; }, () => { list.extra = 1; },
      ]) try { f(); console.log("changed"); } catch (e) { console.log(e.name); }
      console.log(JSON.stringify(list));
    };`);
  expect(log).toEqual([...Array(6).fill("info: TypeError"), 'info: [{"deep":{"n":1}}]']);
});

test("an element that JSON cannot hold is an error when it is read", async () => {
  const { log } = await runScript(`
    import { SharedArray } from "k6/data";
    const list = new SharedArray("list", () => [1, undefined]);
    export default () => { try { console.log(list[0]); list[1]; } catch (e) { console.log(e.name); } };`);
  expect(log).toEqual(["info: 1", "info: SyntaxError"]);
});
