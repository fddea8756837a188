/** Paths as URLs; by the runtime itself where it can, since node:url takes a millisecond to load. */
import process from "node:process";

/** @param path Absolute and normalised. */
export function fileUrl(path: string): string {
  const { Bun: bun } = globalThis as { Bun?: { pathToFileURL(path: string): URL } };
  return (bun ?? process.getBuiltinModule("node:url")).pathToFileURL(path).href;
}
