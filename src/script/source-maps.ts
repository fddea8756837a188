/**
 * The source map that a bundler left with a module: k6 reports errors at the places that it tells.
 *
 * The module names it in its last comment, `//# sourceMappingURL=`: a file beside it, or the map itself as a data URL.
 */
import { readFileSync, statSync } from "node:fs";
import { filePath, isFileId } from "./resolve.ts";

export interface BundlerMap {
  /** Source map (v3, JSON). */
  text: string;
  /** What the names of its sources are relative to. */
  url: string;
}

const COMMENT = "//# sourceMappingURL=";

/** The URL in the comment; undefined if there is none, or code behind it. */
export function sourceMapUrl(source: string): string | undefined {
  const at = source.lastIndexOf(COMMENT);
  if (at < 0) return undefined;
  const [url = "", ...behind] = source
    .slice(at + COMMENT.length)
    .trimEnd()
    .split(/[\r\n]+/);
  return url === "" || behind.some((line) => !line.startsWith("//")) ? undefined : url.trim();
}

/** Reads the map of module `id`; undefined if it is not there, is no map, or lies on another machine. */
export function readSourceMap(url: string, id: string): BundlerMap | undefined {
  const text = url.startsWith("data:") ? dataText(url) : fileText(url, id);
  return text === undefined || !isMap(text)
    ? undefined
    : { text, url: url.startsWith("data:") ? id : new URL(url, id).href };
}

function dataText(url: string): string | undefined {
  const [, base64, data] = /^data:[^,]*?(;base64)?,(.*)$/s.exec(url) ?? [];
  if (data === undefined) return undefined;
  return base64 === undefined ? decodeURIComponent(data) : Buffer.from(data, "base64").toString("utf8");
}

function fileText(url: string, id: string): string | undefined {
  if (!URL.canParse(url, id)) return undefined;
  const target = new URL(url, id).href;
  if (!isFileId(target)) return undefined;
  const path = filePath(target);
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ? readFileSync(path, "utf8") : undefined;
  } catch {
    // a map that cannot be read is as good as none
    return undefined;
  }
}

function isMap(text: string): boolean {
  let map: { version?: unknown; mappings?: unknown } | null;
  try {
    map = JSON.parse(text);
  } catch {
    // a broken map tells no places: those of the module itself are told then
    return false;
  }
  return map?.version === 3 && typeof map.mappings === "string";
}
