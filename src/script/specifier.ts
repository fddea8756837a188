/**
 * What a module specifier is: a module of k6, a jslib, a remote module, a file.
 *
 * @see k6 docs, "Modules"
 */
export type Specifier =
  | { kind: "builtin"; name: string }
  | { kind: "jslib"; url: string }
  | { kind: "https"; url: string }
  | { kind: "file"; path: string }
  | { kind: "badScheme"; scheme: string }
  | { kind: "unknown" };

const JSLIB = /^https:\/\/jslib\.k6\.io\//;

/** Whether a specifier can only be a module of ours: one of k6, or one that our jslib stand-ins use. */
export const isBuiltinName = (specifier: string): boolean =>
  specifier === "k6" || specifier.startsWith("k6/") || specifier.startsWith("sixfold:");

/** Classifies a specifier as the user typed it; a relative one stays relative. */
export function classifySpecifier(specifier: string): Specifier {
  if (isBuiltinName(specifier)) return { kind: "builtin", name: specifier };
  if (JSLIB.test(specifier)) return { kind: "jslib", url: specifier };
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(specifier)?.[1]?.toLowerCase();
  if (scheme === "https") return { kind: "https", url: specifier };
  if (scheme === "file") return { kind: "file", path: decodeURIComponent(new URL(specifier).pathname) };
  if (scheme !== undefined) return { kind: "badScheme", scheme };
  return /^[./]/.test(specifier) ? { kind: "file", path: specifier } : { kind: "unknown" };
}
