/**
 * How long does it take to compile a script of a megabyte, and which phase takes it?
 *
 * `bun bench/compile.ts`. The script is a bundle of libraries that the project has anyway, as it stands and minified,
 * with a function that blocks among them. Floor: parsing it, once. Limit: 1.5 s for each megabyte.
 */
import { cpus } from "node:os";
import { analyse } from "../src/script/analyse.ts";
import { compileScript } from "../src/script/index.ts";
import { parseModule } from "../src/script/parse.ts";
import { collectFacts } from "../src/script/scope.ts";

const LIMIT_MS = 1_500;
const ENTRY = `
import * as cheerio from "cheerio";
import * as fc from "fast-check";
import * as cookies from "tough-cookie";
import * as acorn from "acorn";
import MagicString from "magic-string";
import { sleep } from "k6";
export const libraries = [cheerio, fc, cookies, acorn, MagicString];
export default function () {
  sleep(1);
  return libraries.map((library) => Object.keys(library).length);
}`;

async function bundle(minify: boolean): Promise<string> {
  const { outputs } = await Bun.build({
    entrypoints: ["bench:entry"],
    target: "browser",
    format: "esm",
    external: ["k6"],
    minify,
    plugins: [
      {
        name: "entry",
        setup(build) {
          build.onResolve({ filter: /^bench:entry$/ }, () => ({ path: "entry", namespace: "bench" }));
          build.onLoad({ filter: /.*/, namespace: "bench" }, () => ({ contents: ENTRY, loader: "js" }));
        },
      },
    ],
  });
  return outputs[0]!.text();
}

/** The least of several runs, milliseconds. */
async function least(runs: number, f: () => unknown): Promise<number> {
  let best = Infinity;
  for (let i = 0; i < runs; i++) {
    const startMs = performance.now();
    await f();
    best = Math.min(best, performance.now() - startMs);
  }
  return best;
}

console.log(`Bun ${Bun.version}; ${cpus()[0]?.model}`);
let failed = false;
for (const minify of [false, true]) {
  const source = await bundle(minify);
  const megabytes = source.length / 1e6;
  const id = "file:///bundle.js";
  const compile = () =>
    compileScript(id, {
      loader: { load: async () => source, loadSync: () => source },
      builtin: (name) =>
        name === "k6" ? { blocks: new Set(["sleep"]), callsBack: new Set(), methods: new Set() } : undefined,
      unknownModules: (names) => new Error(names.join()),
    });
  const firstStartMs = performance.now();
  await compile();
  const firstMs = performance.now() - firstStartMs;
  const parseMs = await least(3, () => parseModule(source, id));
  const { tree } = parseModule(source, id);
  const factsMs = await least(3, () => collectFacts(tree));
  const analyseMs =
    (await least(3, () => analyse([{ facts: collectFacts(tree), resolve: () => undefined, isMain: true }]))) - factsMs;
  const allMs = await least(3, compile);
  const perMegabyteMs = firstMs / megabytes;
  console.log(
    `${minify ? "minified" : "as it is"} ${megabytes.toFixed(2)} MB  first ${firstMs.toFixed(0)} ms (${perMegabyteMs.toFixed(0)} ms/MB)  warm ${allMs.toFixed(0)} ms` +
      `  floor (parse) ${parseMs.toFixed(0)} ms  ratio ${(allMs / parseMs).toFixed(1)}  scopes ${factsMs.toFixed(0)} ms  analysis ${analyseMs.toFixed(0)} ms` +
      `  rewriting ${(allMs - parseMs - factsMs - analyseMs).toFixed(0)} ms`,
  );
  if (perMegabyteMs > LIMIT_MS) failed = true;
}
if (failed) {
  console.log(`over the limit of ${LIMIT_MS} ms for each megabyte`);
  process.exit(1);
}
