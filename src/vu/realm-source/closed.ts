/** Closed functions as source text: see `core.ts` for what they may refer to. */
import { intrinsicNames } from "../../script/rewrite/globals.ts";

/** Names of the language that never change in the realm. */
const fixedNames = intrinsicNames.filter(
  (name) => !["Promise", "Function", "GoError", "undefined", "NaN", "Infinity"].includes(name),
);

/**
 * The body of a function without parameters that returns an array of `closed`, made in the realm. They get the names that
 * they may use as constants: a look at the context's global object takes 30 ns.
 */
export function closedSource(closed: readonly ((...args: any[]) => unknown)[]): string {
  const text = closed.join();
  const names = fixedNames.filter((name) => text.includes(name));
  return `"use strict";const {${names.join()}}=globalThis;return [${text}]`;
}
