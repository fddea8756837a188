/**
 * The promise of the compiler, for random programs: rewritten, they do the same, in the same order.
 *
 * The reference is the engine itself: the same text in a bare context, where the operations that block are plain
 * functions. SIXFOLD_PROGRAMS sets how many programs each property tries.
 */
import { expect, test } from "bun:test";
import vm from "node:vm";
import { parse, tokenizer } from "acorn";
import fc from "fast-check";
import { ScriptBench } from "../support/run-script.ts";
import { show } from "../support/show.ts";
import { programText } from "./random-program.ts";

const PROGRAMS = Number(process.env["SIXFOLD_PROGRAMS"] ?? 400);
/** Scripts that share a runtime, before a new one is made. */
const SCRIPTS_PER_BENCH = 50;

/** Runs a body as it is. */
async function runPlain(body: string, sloppy: boolean): Promise<string[]> {
  const log: string[] = [];
  const context = vm.createContext({});
  const evaluate = (text: string) => new vm.Script(text).runInContext(context);
  const inRealm = evaluate("(f) => (...args) => f(...args)");
  const goError = evaluate("(message) => { const error = new Error(message); error.name = 'GoError'; return error }");
  const blocking = (name: string, end: (x: unknown) => unknown) =>
    inRealm((x: unknown) => {
      log.push(`${name}(${show(x)}`, `${name})${show(x)}`);
      return end(x);
    });
  const run = evaluate(`(async function (log, op, boom) {${sloppy ? "" : '"use strict";'}\n${body}\n})`);
  await run(
    inRealm((...args: unknown[]) => void log.push(args.map((value) => show(value)).join(" "))),
    blocking("op", (x) => x),
    blocking("boom", (x) => {
      throw goError(String(x));
    }),
  );
  await new Promise((resolve) => setImmediate(resolve));
  return log;
}

let bench = new ScriptBench();
let scriptCount = 0;

/** Where a program stands in its script. */
const places = {
  "sloppy function": (body: string) =>
    `const { log, op, boom } = require("sixfold:test"); exports.default = async function () {\n${body}\n}`,
  "strict function": (body: string) =>
    `import { log, op, boom } from "sixfold:test"; export default async function () {\n${body}\n}`,
  module: (body: string) => `import { log, op, boom } from "sixfold:test";\n${body}\nexport default function () {}`,
};

type Place = keyof typeof places;

async function runRewritten(body: string, place: Place): Promise<string[]> {
  if (++scriptCount % SCRIPTS_PER_BENCH === 0) bench = new ScriptBench();
  const source = places[place](body);
  const { log, errorText } = await bench.run(source);
  return errorText ? [...log, `failed: ${errorText}`] : log;
}

/** Private names twice in a class, and the like: no program at all; nor is one that returns from a module. */
function parses(body: string, place: Place): boolean {
  try {
    if (place === "module") parse(body, { ecmaVersion: "latest", sourceType: "module" });
    new vm.Script(`(async function () {${place === "sloppy function" ? "" : '"use strict";'}\n${body}\n})`);
    return true;
  } catch {
    return false;
  }
}

const transpiler = new Bun.Transpiler({ loader: "js", minifyWhitespace: true, deadCodeElimination: false });

/**
 * The same program without a blank that could be left out: a minifier's output. Undefined if the minifier cannot parse
 * it: it takes `a++` at the end of a field and the computed name in the next line for one expression.
 */
function compact(body: string): string | undefined {
  const head = "async function f(){";
  let text: string;
  try {
    text = transpiler.transformSync(`${head}${body}\n}`).trim();
  } catch (error) {
    if (/(?:\+\+|--)\s*\[/.test(body)) return undefined;
    throw error;
  }
  expect(text).toStartWith(head);
  return text.slice(head.length, text.lastIndexOf("}"));
}

const FILLERS = [" ", "\n", "/* ( */", "// }\n", "\t\n\t"];

/** The same program with blanks, line breaks and comments between its tokens. */
function spread(body: string, numbers: readonly number[]): string {
  let text = "";
  let end = 0;
  let count = 0;
  let isInTemplate = false;
  let last = "";
  for (const token of tokenizer(body, { ecmaVersion: "latest", allowReturnOutsideFunction: true })) {
    const isTemplate = token.type.label === "template" || token.type.label === "`";
    const filler = numbers[count++ % numbers.length]! % (2 * FILLERS.length);
    text += body.slice(end, token.start);
    // a line break behind `async` would make it a variable
    if (!isTemplate && !isInTemplate && last !== "async") text += FILLERS[filler] ?? "";
    last = body.slice(token.start, token.end);
    text += last;
    end = token.end;
    isInTemplate = isTemplate;
  }
  return text + body.slice(end);
}

function difference(body: string, expected: string[], ran: string[]): string {
  const at = expected.findIndex((line, i) => line !== ran[i]);
  const from = at < 0 ? expected.length : at;
  const part = (lines: string[]) => lines.slice(Math.max(0, from - 2), from + 4).join("\n");
  return `${body}\n\nexpected:\n${part(expected)}\n\nrewritten:\n${part(ran)}`;
}

const tape = fc.array(fc.nat(1_000_003), { minLength: 20, maxLength: 400, size: "max" });

for (const blocking of [false, true]) {
  for (const place of Object.keys(places) as Place[]) {
    const sloppy = place === "sloppy function";
    const kind = `programs in a ${place} ${blocking ? "with blocking calls anywhere" : "without blocking calls"}`;
    test(`${kind} do the same when they are rewritten`, async () => {
      let tried = 0;
      await fc.assert(
        fc.asyncProperty(tape, fc.constantFrom("as it is", "compact", "spread"), async (numbers, form) => {
          const text = programText(numbers, { blocking, sloppy });
          fc.pre(parses(text, place));
          const body = form === "compact" ? compact(text) : form === "spread" ? spread(text, numbers) : text;
          fc.pre(body !== undefined && parses(body, place));
          tried++;
          const expected = await runPlain(body, sloppy);
          const ran = await runRewritten(body, place);
          if (!Bun.deepEquals(ran, expected)) throw new Error(difference(body, expected, ran));
        }),
        { numRuns: place === "strict function" ? PROGRAMS : Math.ceil(PROGRAMS / 2) },
      );
      expect(tried).toBeGreaterThan(PROGRAMS / 3);
    }, 600_000);
  }
}

test("the reference and the rewritten program are compared by all that they do", async () => {
  const body = (last: string) => `for (const x of [op(1), 2]) log(x)\ntry { boom("x") } catch (e) { log(e) }\n${last}`;
  const expected = await runPlain(body("op(3)"), false);
  expect(expected).toEqual(["op(1", "op)1", "1", "2", 'boom("x"', 'boom)"x"', "GoError", "op(3", "op)3"]);
  expect(await runRewritten(body("op(3)"), "strict function")).toEqual(expected);
  expect(await runRewritten(body("op(4)"), "strict function")).not.toEqual(expected);
});
