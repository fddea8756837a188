/**
 * URLs of jslib.k6.io -> stand-ins of our own, which are k6 scripts themselves and work offline.
 *
 * One stand-in serves every version of a library. A library without one is fetched from jslib.k6.io like any other
 * remote module, and an import of it says so where there is no network.
 */
import type { BuiltinModule } from "../../src/module-api.ts";

type Text = Promise<{ default: string }>;

/** By the library's name in the URL. */
const libraries: Readonly<Record<string, () => Text>> = {
  "k6-summary": () => import("./k6-summary/script.js", { with: { type: "text" } }),
  "k6-utils": () => import("./k6-utils/script.js", { with: { type: "text" } }),
};

/** What the stand-ins import besides the modules of k6. */
export const jslibBuiltins: Readonly<Record<string, BuiltinModule>> = {
  "sixfold:summary": { load: async () => (await import("./k6-summary/host.ts")).loadSummary() },
};

const LIBRARY_URL = /^https:\/\/jslib\.k6\.io\/([^/]+)\/[^/]+\/index(?:\.min)?\.js(?:[?#].*)?$/;

/** The text of our stand-in for a URL; undefined if there is none. */
export async function jslibSource(url: string): Promise<string | undefined> {
  const name = LIBRARY_URL.exec(url)?.[1];
  if (name === undefined || !Object.hasOwn(libraries, name)) return undefined;
  return (await libraries[name]!()).default;
}
