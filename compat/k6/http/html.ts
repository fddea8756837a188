/** HTML for responses: `k6/html` is loaded when a script asks for it first, since its parser takes long to load. */
import type { VuRuntime } from "../../../src/module-api.ts";

/** What responses need of k6/html's Selection, a class of the realm. */
export interface Selection {
  find(selector: string): Selection;
  size(): number;
  attr(name: string): unknown;
  val(): unknown;
  serializeObject(): object;
}

interface HtmlModule {
  parseHtml(runtime: VuRuntime, text: string, url: string): unknown;
}

let html: HtmlModule | undefined;

/** A selection of the whole document. @param url What links in it are relative to. */
export function parseHtml(runtime: VuRuntime, text: string, url: string): Selection {
  const place = "../html/index.ts";
  html ??= require(place) as HtmlModule;
  return html.parseHtml(runtime, text, url) as Selection;
}
