/**
 * Twins of String.prototype.replace and replaceAll with a function.
 *
 * The language finds all matches first and then asks the function for each, so the native method finds them here too.
 *
 * A closed function: see `realm-source/core.ts`. ECMA-262, sections 22.1.3.19, 22.1.3.20 and 22.2.6.11.
 */
import type { Realm } from "../realm-source/core.ts";

export function installStringTwins(rt: Realm): void {
  const { apply } = Reflect;
  const proto: any = String.prototype;
  const nativeReplace = (RegExp.prototype as any)[Symbol.replace];

  for (const name of ["replace", "replaceAll"]) {
    const native = proto[name];
    rt.stamp(
      native,
      function* (this: unknown, pattern: any, replacement: unknown): Generator<unknown, unknown, any> {
        if (typeof replacement !== "function") return apply(native, this, [pattern, replacement]);
        if (pattern !== undefined && pattern !== null && typeof pattern === "object") {
          const method = pattern[Symbol.replace];
          if (method !== undefined && method !== null && method !== nativeReplace) {
            return yield* rt.call(method, pattern, [this, replacement]);
          }
        }
        const matches: any[][] = [];
        const collect = (...args: unknown[]): string => {
          matches.push(args);
          return "";
        };
        apply(native, this, [pattern, collect]);
        const text = String(this);
        let out = "";
        let at = 0;
        for (const args of matches) {
          // what was matched, groups, position, text, and named groups if there are any
          const position: number = args[args.length - (typeof args[args.length - 1] === "string" ? 2 : 3)];
          const replaced = String(yield* rt.call(replacement, undefined, args));
          if (position >= at) {
            out += text.slice(at, position) + replaced;
            at = position + args[0].length;
          }
        }
        return out + text.slice(at);
      },
      0,
    );
  }
}
