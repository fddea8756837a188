/** Closed functions as source text: see `core.ts` for what they may refer to. */
import { intrinsicNames } from "../../script/rewrite/globals.ts";

/** Names of the language that never change in the realm. */
const fixedNames = intrinsicNames.filter(
  (name) => !["Promise", "Function", "GoError", "undefined", "NaN", "Infinity"].includes(name),
);

/**
 * The body of a function without parameters that returns an array of `closed`, made in the realm. They get the names as
 * constants: a look at the context's global object takes 30 ns.
 */
export const closedSource = (closed: readonly ((...args: any[]) => unknown)[]): string =>
  `"use strict";const {${fixedNames.join()}}=globalThis;return [${closed.join()}]`;
