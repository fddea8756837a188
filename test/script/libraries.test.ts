/** Bundles of libraries, compiled as scripts: what they compute in the sandbox is what they compute outside of it. */
import { expect, test } from "bun:test";
import { runScript } from "../support/run-script.ts";

const ENTRY = `
import { load } from "cheerio/slim";
import { parse } from "acorn";
import MagicString from "magic-string";
import { op } from "sixfold:test";

/** Since a generator may block, so may every for-of and spread of the libraries. */
function* pauses() {
  yield op("before");
}

export default function () {
  for (const pause of pauses()) if (pause !== "before") return pause;
  const $ = load("<ul><li class=a>x</li><li>y</li></ul>");
  const tree = parse("a => { class B extends C { #d = 1; static async *e() { yield* f } } }", { ecmaVersion: "latest" });
  const text = new MagicString("one two three");
  text.overwrite(4, 7, "2").append("!").prepend(op("> "));
  return [$("li.a").text(), $("li").map((i, e) => i + op($(e).text())).get(), JSON.stringify(tree).length, text.toString(), text.generateMap({ hires: true }).mappings];
}`;

/** The one thing of browsers that the libraries want and k6 has not. */
const ATOB = `globalThis.atob = (text) => {
  const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  let bits = 0, value = 0, out = "";
  for (const c of text.replace(/=+$/, "")) {
    value = (value << 6) | digits.indexOf(c);
    bits += 6;
    if (bits >= 8) out += String.fromCharCode((value >> (bits -= 8)) & 255);
  }
  return out;
};`;

async function bundle(format: "esm" | "cjs", minify: boolean): Promise<string> {
  const { outputs } = await Bun.build({
    entrypoints: ["test:entry"],
    target: "browser",
    format,
    minify,
    banner: ATOB,
    external: ["sixfold:test"],
    plugins: [
      {
        name: "entry",
        setup(build) {
          build.onResolve({ filter: /^test:entry$/ }, () => ({ path: "entry", namespace: "test" }));
          build.onResolve({ filter: /^sixfold:test$/ }, () => ({ path: "sixfold:test", external: true }));
          build.onLoad({ filter: /.*/, namespace: "test" }, () => ({
            contents: ENTRY,
            loader: "js",
            resolveDir: import.meta.dir,
          }));
        },
      },
    ],
  });
  return outputs[0]!.text();
}

const [{ load }, { parse }, { default: MagicString }] = [
  await import("cheerio/slim"),
  await import("acorn"),
  await import("magic-string"),
];
const tree = parse("a => { class B extends C { #d = 1; static async *e() { yield* f } } }", { ecmaVersion: "latest" });
const text = new MagicString("one two three");
text.overwrite(4, 7, "2").append("!").prepend("> ");
const expected = [
  load("<ul><li class=a>x</li><li>y</li></ul>")("li.a").text(),
  ["0x", "1y"],
  JSON.stringify(tree).length,
  text.toString(),
  text.generateMap({ hires: true }).mappings,
];

for (const format of ["esm", "cjs"] as const) {
  for (const minify of [false, true]) {
    test(`a bundle of cheerio, acorn and magic-string, ${format}${minify ? ", minified" : ""}`, async () => {
      // the bundler gives a CommonJS bundle's import of an external module the form of an import statement
      const { value, errorText, log } = await runScript(await bundle(format, minify));
      expect({ errorText, value: JSON.parse(JSON.stringify(value ?? null)) }).toEqual({
        errorText: "",
        value: expected,
      });
      expect(log.filter((line) => line.startsWith("op("))).toEqual(['op("before"', 'op("> "', 'op("x"', 'op("y"']);
    });
  }
}
