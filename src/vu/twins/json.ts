/**
 * Twins of JSON.parse with a reviver and of JSON.stringify with a replacer function.
 *
 * Without one the native functions run; a `toJSON` that blocks then holds the thread.
 *
 * A closed function: see `realm-source/core.ts`. ECMA-262, sections 25.5.1 and 25.5.2.
 */
import type { Realm } from "../realm-source/core.ts";

export function installJsonTwins(rt: Realm): void {
  const { apply, defineProperty, deleteProperty } = Reflect;
  const { parse, stringify } = JSON;
  const isObject = (value: unknown): value is Record<string, any> => typeof value === "object" && value !== null;
  /** Leaves alone what the reviver has frozen. */
  const define = (object: object, name: string, value: unknown): void => {
    defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
  };

  /** What the native function tells of each value's text: holder -> name. */
  type Contexts = Map<object, Map<string, { value: unknown; context: unknown }>>;

  const revive = function* (
    reviver: unknown,
    contexts: Contexts,
    holder: any,
    name: string,
  ): Generator<unknown, unknown, any> {
    const value = holder[name];
    if (isObject(value)) {
      const names = Array.isArray(value)
        ? Array.from({ length: value.length }, (_, index) => String(index))
        : Object.keys(value);
      for (const key of names) {
        const revived = yield* revive(reviver, contexts, value, key);
        if (revived === undefined) deleteProperty(value, key);
        else define(value, key, revived);
      }
    }
    const told = contexts.get(holder)?.get(name);
    const context = told !== undefined && Object.is(told.value, value) ? told.context : {};
    return yield* rt.call(reviver, holder, [name, value, context]);
  };
  rt.stamp(
    parse,
    function* (text: unknown, reviver: unknown): Generator<unknown, unknown, any> {
      if (typeof reviver !== "function") return parse(text as string);
      const contexts: Contexts = new Map();
      let root: unknown;
      parse(text as string, function (this: object, name: string, value: unknown, context?: unknown) {
        const told = contexts.get(this) ?? new Map();
        contexts.set((root = this), told.set(name, { value, context }));
        return value;
      });
      return yield* revive(reviver, contexts, root, "");
    },
    0,
  );

  rt.stamp(
    stringify,
    function* (value: unknown, replacer: unknown, space: unknown): Generator<unknown, string | undefined, any> {
      if (typeof replacer !== "function") return apply(stringify, JSON, [value, replacer, space]);
      if (space instanceof Number) space = Number(space);
      else if (space instanceof String) space = String(space);
      const gap =
        typeof space === "number"
          ? " ".repeat(Math.max(0, Math.min(10, Math.trunc(space))))
          : typeof space === "string"
            ? space.slice(0, 10)
            : "";
      const outer: unknown[] = [];

      const property = function* (
        holder: any,
        key: string,
        indent: string,
      ): Generator<unknown, string | undefined, any> {
        let value = holder[key];
        if (isObject(value) || typeof value === "bigint") {
          const toJson = (value as any).toJSON;
          if (typeof toJson === "function") value = yield* rt.call(toJson, value, [key]);
        }
        value = yield* rt.call(replacer, holder, [key, value]);
        // wrapped numbers and texts, symbols and functions are as in the native function
        if (!isObject(value) || value instanceof Number || value instanceof String || value instanceof Boolean)
          return stringify(value);
        if (outer.includes(value)) throw new TypeError("JSON.stringify cannot serialize cyclic structures.");
        outer.push(value);
        const inner = indent + gap;
        const parts: string[] = [];
        if (Array.isArray(value)) {
          for (let index = 0; index < value.length; index++)
            parts.push((yield* property(value, String(index), inner)) ?? "null");
        } else {
          for (const name of Object.keys(value)) {
            const text = yield* property(value, name, inner);
            if (text !== undefined) parts.push(`${stringify(name)}:${gap === "" ? "" : " "}${text}`);
          }
        }
        outer.pop();
        const [open, close] = Array.isArray(value) ? "[]" : "{}";
        if (parts.length === 0) return `${open}${close}`;
        return gap === ""
          ? `${open}${parts.join()}${close}`
          : `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${indent}${close}`;
      };
      return yield* property({ "": value }, "", "");
    },
    0,
  );
}
