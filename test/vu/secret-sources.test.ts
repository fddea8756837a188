import { expect, test } from "bun:test";
import { UserError } from "../../src/base/errors.ts";
import { readSecretSources } from "../../src/vu/secret-sources.ts";

const files: Record<string, string> = { "s.txt": "alpha=first\nbeta=second=value\n" };
const read = (...lines: string[]) =>
  readSecretSources(lines, (path) => {
    if (!(path in files)) throw new Error("no such file or directory");
    return files[path]!;
  });

test("readSecretSources reads both kinds, and makes a single one the default", () => {
  expect(read("mock=a=1,b=x=y")).toEqual({ mock: { a: "1", b: "x=y" }, default: { a: "1", b: "x=y" } });
  expect(read("file=s.txt").default).toEqual({ alpha: "first", beta: "second=value" });
  expect(read("file=name=mine,filename=s.txt").mine).toEqual({ alpha: "first", beta: "second=value" });
  expect(read()).toEqual({});
});

test("of several sources only the one that says so is the default", () => {
  expect(Object.keys(read("mock=a=1", "mock=name=other,b=2"))).toEqual(["mock", "other"]);
  expect(read("mock=a=1", "mock=name=other,default,b=2").default).toEqual({ b: "2" });
});

const refused: [lines: string[], message: string][] = [
  [["vault=x"], `no secret source for type "vault" for configuration "vault=x"`],
  [[" "], `couldn't parse secret source configuration " "`],
  [["mock=a"], `parsing "a", needs =`],
  [["file=missing"], "open missing: no such file or directory"],
  [["file=s.txt,x=y"], `unknown configuration key for file secret source "x"`],
  [["mock=a=1", "mock=b=1"], `secret source for name "mock" already registered before configuration "mock=b=1"`],
  [
    ["mock=default,a=1", "mock=name=x,default,b=1"],
    `can't have two secret sources that are default ones, second one was "mock=name=x,default,b=1"`,
  ],
];
for (const [lines, message] of refused) {
  test(`readSecretSources refuses ${lines.join(" ")}`, () => {
    expect(() => read(...lines)).toThrow(message);
    expect(() => read(...lines)).toThrow(UserError);
  });
}
