/**
 * URLs of jslib.k6.io -> stand-ins of our own, which are k6 scripts themselves and work offline.
 *
 * One stand-in serves every version of a library. A library without one is fetched from jslib.k6.io like any other
 * remote module, and an import of it says so where there is no network.
 */
import type { BuiltinModule } from "../../src/module-api.ts";

type Text = () => Promise<{ default: string }>;

/** By the library's name in the URL: its main file, and what that imports from beside itself. */
const libraries: Readonly<Record<string, Readonly<Record<string, Text>>>> = {
  expect: {
    "index.js": () => import("./expect/script.js", { with: { type: "text" } }),
    "schema.js": () => import("./expect/schema.js", { with: { type: "text" } }),
  },
  formdata: { "index.js": () => import("./formdata/script.js", { with: { type: "text" } }) },
  httpx: { "index.js": () => import("./httpx/script.js", { with: { type: "text" } }) },
  "k6-summary": { "index.js": () => import("./k6-summary/script.js", { with: { type: "text" } }) },
  "k6-utils": { "index.js": () => import("./k6-utils/script.js", { with: { type: "text" } }) },
  k6chaijs: {
    "index.js": () => import("./k6chaijs/script.js", { with: { type: "text" } }),
    "chai.js": () => import("./k6chaijs/chai.ts"),
  },
  totp: { "index.js": () => import("./totp/script.js", { with: { type: "text" } }) },
  url: { "index.js": () => import("./url/script.js", { with: { type: "text" } }) },
};

/** What the stand-ins import besides the modules of k6. */
export const jslibBuiltins: Readonly<Record<string, BuiltinModule>> = {
  "sixfold:summary": { load: async () => (await import("./k6-summary/host.ts")).loadSummary() },
  "sixfold:url": { load: () => import("./url/host.ts") },
};

const LIBRARY_URL = /^https:\/\/jslib\.k6\.io\/([^/]+)\/[^/]+\/([^/?#]+)(?:[?#].*)?$/;

/** The text of our stand-in for a URL; undefined if there is none. */
export async function jslibSource(url: string): Promise<string | undefined> {
  const [, name = "", file = ""] = LIBRARY_URL.exec(url) ?? [];
  if (!Object.hasOwn(libraries, name)) return undefined;
  const text = libraries[name]![file.replace(/\.min\.js$/, ".js")];
  return text === undefined ? undefined : (await text()).default;
}
