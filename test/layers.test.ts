/**
 * The layer table of `docs/architecture.md` as data, held against the imports that the sources really have.
 *
 * Imports may point only to a lower layer, or stay inside their folder without a cycle between its files.
 */
import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join, normalize } from "node:path/posix";

const root = join(import.meta.dirname, "..");

/** Parts of the program and what each may import besides itself and npm packages; order is bottom to top. */
const allowed: Record<string, readonly string[]> = {
  "src/base": [],
  "src/host": ["src/base"],
  "src/metrics": ["src/base", "src/host"],
  "src/options": ["src/base", "src/host"],
  "src/net": ["src/base", "src/host"],
  "src/script": ["src/base", "src/host"],
  "src/echo": ["src/base", "src/host"],
  "src/vu": ["src/base", "src/host", "src/script", "src/metrics", "src/net", "src/options"],
  "src/output": ["src/base", "src/host", "src/metrics", "src/options"],
  "src/report": ["src/base", "src/host", "src/metrics", "src/options"],
  "src/execution": [
    "src/base",
    "src/host",
    "src/metrics",
    "src/options",
    "src/net",
    "src/script",
    "src/vu",
    "src/output",
    "src/report",
  ],
  "src/rest": [
    "src/base",
    "src/host",
    "src/metrics",
    "src/options",
    "src/net",
    "src/script",
    "src/vu",
    "src/output",
    "src/report",
    "src/execution",
  ],
  "src/cli": [
    "src/base",
    "src/host",
    "src/metrics",
    "src/options",
    "src/net",
    "src/script",
    "src/echo",
    "src/vu",
    "src/output",
    "src/report",
    "src/execution",
    "src/rest",
    "package.json",
  ],
  "src/network-api.ts": ["src/base", "src/net", "src/vu"],
  "src/websocket-api.ts": ["src/net", "src/vu"],
  "src/module-api.ts": [
    "src/base",
    "src/host/jit.ts",
    "src/metrics",
    "src/net",
    "src/options/schema.ts",
    "src/vu",
    "src/report/summary-text.ts",
    "src/report/summary-junit.ts",
  ],
  "compat/k6": ["src/module-api.ts", "src/network-api.ts", "src/websocket-api.ts"],
  "compat/jslib": ["src/module-api.ts", "compat/k6"],
  compat: ["src/module-api.ts", "compat/k6", "compat/jslib"],
  "src/runtime-modules.ts": [],
  "src/main.ts": ["src/cli", "src/host", "compat/index.ts"],
  "src/thread.ts": ["src/execution/thread.ts", "src/execution/messages.ts", "src/host", "compat/index.ts"],
};

/** npm packages that more than one file may import: their parts share no state and no idea. */
const sharedPackages: Record<string, readonly string[]> = {
  // The client and the server are two halves of the package that never meet.
  ws: ["src/net/websocket-receiver.ts", "src/echo/server.ts"],
};

interface Import {
  from: string;
  specifier: string;
  /** Types vanish before the program runs, so they make no cycle and load no package. */
  typeOnly: boolean;
}

const transpiler = new Bun.Transpiler({ loader: "ts" });

/**
 * Specifiers of static and dynamic imports, re-exports and Worker URLs in a source text.
 *
 * What runs is found by a parser. Types are found by their looks, in texts that hold scripts too, so of those only
 * relative ones mean anything.
 */
function importsIn(source: string): Omit<Import, "from">[] {
  const running = transpiler.scanImports(source).map(({ path }) => path);
  const code = source.replace(/^\s*(\/\*[\s\S]*?\*\/|\/\/.*)$/gm, "");
  for (const match of code.matchAll(/new URL\(\s*["'](\.[^"']+\.ts)["']\s*,\s*import\.meta\.url/g)) {
    running.push(match[1]!);
  }
  const statement = /^\s*(?:import|export)\s+[\w$*{][^;"'`]*?\s*from\s*["'](\.[^"']+)["']/gm;
  const looks = [...code.matchAll(statement), ...code.matchAll(/\bimport\(\s*["'](\.[^"']+)["']/g)];
  const types = looks.map((match) => match[1]!).filter((specifier) => !running.includes(specifier));
  return [
    ...running.map((specifier) => ({ specifier, typeOnly: false })),
    ...types.map((specifier) => ({ specifier, typeOnly: true })),
  ];
}

const files = ["src", "compat"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .map((file) => join(folder, file.replaceAll("\\", "/")))
    .filter((file) => /\.ts$/.test(file)),
);
const imports: Import[] = files.flatMap((from) =>
  importsIn(readFileSync(join(root, from), "utf8")).map((found) => ({
    from,
    ...found,
    specifier: packageOf(from, found),
  })),
);

/** A relative path into node_modules goes around a package's exports; it is an import of that package all the same. */
function packageOf(from: string, { specifier }: { specifier: string }): string {
  const target = specifier.startsWith(".") ? normalize(join(dirname(from), specifier)) : specifier;
  return target.startsWith("node_modules/") ? target.slice("node_modules/".length) : specifier;
}

const isRelative = (specifier: string) => specifier.startsWith(".");
const targetOf = ({ from, specifier }: Import) => normalize(join(dirname(from), specifier));
const partOf = (file: string) => Object.keys(allowed).find((part) => file === part || file.startsWith(`${part}/`));

/** Whether one part's list covers a file. */
const covers = (list: readonly string[], file: string) =>
  list.some((entry) => file === entry || file.startsWith(`${entry}/`));

test("the table only ever points down", () => {
  const order = Object.keys(allowed);
  const upward = order.flatMap((part, index) =>
    allowed[part]!.filter((entry) => order.indexOf(partOf(entry) ?? "") >= index).map((entry) => `${part} -> ${entry}`),
  );
  expect(upward).toEqual([]);
});

test("every source file belongs to a part of the table", () => {
  expect(files.filter((file) => partOf(file) === undefined)).toEqual([]);
});

test("imports stay inside their folder or point to what the table allows", () => {
  const wrong = imports
    .filter((found) => isRelative(found.specifier))
    .filter((found) => {
      const part = partOf(found.from);
      const target = targetOf(found);
      if (part === undefined) return false;
      if (found.from === "src/main.ts" && target === "src/thread.ts") return false; // the Worker's URL
      return partOf(target) !== part && !covers(allowed[part]!, target);
    })
    .map((found) => `${found.from} imports ${targetOf(found)}`);
  expect(wrong).toEqual([]);
});

test("relative imports name an existing file with its extension", () => {
  const known = new Set(files);
  const wrong = imports
    .filter((found) => isRelative(found.specifier) && found.specifier.endsWith(".ts"))
    .filter((found) => !known.has(targetOf(found)))
    .map((found) => `${found.from} imports ${targetOf(found)}`);
  const bare = imports
    .filter((found) => isRelative(found.specifier) && !/\.(ts|json|js|html|css|txt|pem)$/.test(found.specifier))
    .map((found) => `${found.from} imports ${found.specifier}`);
  expect([...wrong, ...bare]).toEqual([]);
});

test("the engine never imports compat", () => {
  const wrong = imports
    .filter((found) => found.from.startsWith("src/") && !["src/main.ts", "src/thread.ts"].includes(found.from))
    .filter((found) => targetOf(found).startsWith("compat/"))
    .map((found) => `${found.from} imports ${targetOf(found)}`);
  expect(wrong).toEqual([]);
});

test("nobody imports an entry", () => {
  const wrong = imports
    .filter((found) => ["src/main.ts", "src/thread.ts"].includes(targetOf(found)))
    .filter((found) => found.from !== "src/main.ts")
    .map((found) => `${found.from} imports ${targetOf(found)}`);
  expect(wrong).toEqual([]);
});

test("each npm package is imported by one file, and built-ins carry node:", () => {
  const importers = new Map<string, Set<string>>();
  const unprefixed: string[] = [];
  for (const { from, specifier, typeOnly } of imports) {
    if (isRelative(specifier) || specifier.startsWith("node:") || typeOnly) continue;
    if (builtinModules.includes(specifier) && specifier !== "ws") unprefixed.push(`${from} imports ${specifier}`);
    const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
    importers.set(name, (importers.get(name) ?? new Set()).add(from));
  }
  const wrong = [...importers]
    .filter(([name, froms]) => {
      const shared = sharedPackages[name];
      return shared ? [...froms].some((from) => !shared.includes(from)) : froms.size > 1;
    })
    .map(([name, froms]) => `${name}: ${[...froms].join(", ")}`);
  expect({ wrong, unprefixed }).toEqual({ wrong: [], unprefixed: [] });
});

test("modules of the runtime that are asked for by name are imported somewhere, so that there is bytecode of them", () => {
  const named = files.flatMap((file) =>
    [...readFileSync(join(root, file), "utf8").matchAll(/getBuiltinModule\("(node:\w+)"/g)].map((match) => match[1]!),
  );
  const imported = new Set(imports.map(({ specifier }) => specifier));
  expect(named).toContain("node:http2");
  expect(named.filter((name) => !imported.has(name))).toEqual([]);
});

test("Bun's own interface is used in src/host/bun.ts alone", () => {
  const wrong = files.filter(
    (file) =>
      file !== "src/host/bun.ts" &&
      /(?<![\w.$])Bun\.\w|from\s+["']bun(?::[\w-]+)?["']/.test(
        readFileSync(join(root, file), "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, ""),
      ),
  );
  expect(wrong).toEqual([]);
});

test("files of a folder import each other without a cycle", () => {
  const graph = new Map<string, string[]>();
  for (const found of imports) {
    if (!isRelative(found.specifier) || found.typeOnly) continue;
    const target = targetOf(found);
    if (found.from === "src/main.ts" && target === "src/thread.ts") continue;
    graph.set(found.from, [...(graph.get(found.from) ?? []), target]);
  }
  expect(findCycle(graph)).toEqual([]);
});

/** The files of one cycle, or an empty list. */
function findCycle(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return [];
    path.push(file);
    for (const next of graph.get(file) ?? []) {
      const cycle = visit(next);
      if (cycle.length > 0) return cycle;
    }
    path.pop();
    done.add(file);
    return [];
  };
  for (const file of graph.keys()) {
    const cycle = visit(file);
    if (cycle.length > 0) return cycle;
  }
  return [];
}

test("the reader of imports sees every form", () => {
  const source = `
    import "./side-effect.ts";
    import type { A } from "./type.ts";
    import b, { c } from "package";
    import {
      d,
    } from "../several/lines.ts";
    export * from "./all.ts";
    export type { E } from "./re-type.ts";
    export const f = () => import("./lazy.ts");
    const { g } = await import("@scope/lazy-package");
    let h: import("./inline-type.ts").H;
    // import "./comment.ts";
    const script = "import http from 'k6/http';";
    new Worker(new URL("./worker.ts", import.meta.url));
    console.log(b, c, d, g, h, script);
  `;
  const running = ["./side-effect.ts", "package", "../several/lines.ts", "./all.ts", "./lazy.ts"];
  running.push("@scope/lazy-package", "./worker.ts");
  const found = importsIn(source);
  const specifiers = (typeOnly: boolean) =>
    found.filter((one) => one.typeOnly === typeOnly).map((one) => one.specifier);
  expect(specifiers(false).sort()).toEqual(running.sort());
  expect(specifiers(true).sort()).toEqual(["./inline-type.ts", "./re-type.ts", "./type.ts"]);
});

test("the search for cycles finds one", () => {
  const graph = new Map([
    ["a", ["b", "c"]],
    ["b", ["c"]],
    ["c", ["d"]],
    ["d", ["b"]],
  ]);
  expect(findCycle(graph)).toEqual(["b", "c", "d", "b"]);
  expect(findCycle(new Map([["a", ["b"]]]))).toEqual([]);
});
