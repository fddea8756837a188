/** HTML for responses: `k6/html` is loaded when a script asks for it first, since its parser takes long to load. */
import { createRequire } from "node:module";
import type { VuRuntime } from "../../../src/module-api.ts";

/** What responses need of k6/html's Selection, a class of the realm. */
export interface Selection {
  find(selector: string): Selection;
  size(): number;
  attr(name: string): unknown;
  val(): unknown;
  serializeObject(): object;
}

type HtmlModule = typeof import("../html/index.ts");

let html: HtmlModule | undefined;

/** A selection of the whole document. @param url What links in it are relative to. */
export function parseHtml(runtime: VuRuntime, text: string, url: string): Selection {
  html ??= load();
  return html.parseHtml(runtime, text, url) as Selection;
}

/** Written so that the bundler sees the name and packs it, and a runtime without a global `require` finds it. */
const load = (): HtmlModule =>
  (typeof require === "function"
    ? require("../html/index.ts")
    : createRequire(import.meta.url)("../html/index.ts")) as HtmlModule;
