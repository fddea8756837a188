import { expect, test } from "bun:test";
import { registry } from "../../compat/index.ts";
import { RemoteCompiler } from "../../src/execution/remote-compiler.ts";
import { ScriptCompiler } from "../../src/execution/script-compiler.ts";
import { runScript } from "../support/run-script.ts";

/** A compiler as a thread sees it; the conductor's end answers at once, since there is no second thread. */
function remote(files: Record<string, string> = {}): RemoteCompiler {
  const compiler = new ScriptCompiler(registry, Object.entries(files));
  const operations: Record<string, (request: any) => unknown> = {
    compileSnippet: (request) => compiler.snippet(request),
    compileRequired: (request) => compiler.required(request),
    rewriteMap: (id) => compiler.rewriteMap(id),
  };
  const io = {
    call: (operation: string, request: unknown) => structuredClone(operations[operation]!(structuredClone(request))),
    pause: () => true,
  };
  return new RemoteCompiler(io, () => performance.now());
}

test.each([
  ["a short module, whose map is made now", ""],
  ["a long one, whose map was made with it", `/*${"x".repeat(70_000)}*/`],
])("an error has its place in %s", async (_, filler) => {
  const { described } = await runScript(`
${filler}
export default function () {
  const text = [1, 2].map((n) => n + 1).join();
  throw new Error(text);
}`);
  expect(described?.frames).toEqual(["default (file:///test/main.js:5:9(0))"]);
});

test("code from text is compiled by the conductor first, and on the thread from then on", async () => {
  const compiler = remote();
  const first = compiler.snippet("1 + 1", false);
  expect(() => compiler.snippet("1 +", false)).toThrow(SyntaxError);
  await import("../../src/script/snippet.ts");
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(compiler.snippet("1 + 1", false)).toBe(first);
  expect(() => compiler.snippet("1 +", false)).toThrow(SyntaxError);
});

test("a module that is required at run time comes with what it imports, and with its map", () => {
  const compiler = remote({
    "file:///a.cjs": "exports.b = require('./b.cjs');",
    "file:///b.cjs": "exports.x = 1;",
  });
  expect(compiler.required("file:///a.cjs", "./a.cjs").map(({ id }) => id)).toEqual(["file:///a.cjs", "file:///b.cjs"]);
  expect(JSON.parse(compiler.rewriteMap("file:///b.cjs"))).toMatchObject({ version: 3 });
});

test("a module that is missing or broken is refused on the thread as on the conductor", () => {
  const compiler = remote({ "file:///broken.cjs": "\nexports.x = (;" });
  expect(() => compiler.required("file:///nope.cjs", "./nope.cjs")).toThrow(
    'The moduleSpecifier "./nope.cjs" couldn\'t be found on local disk',
  );
  expect(() => compiler.required("file:///broken.cjs", "./broken.cjs")).toThrow("file:///broken.cjs: Line 2:14");
});
