/**
 * Twins of the methods of iterators that run to an end and call back.
 *
 * A closed function: see `realm-source/core.ts`. ECMA-262, section 27.1.4.
 */
import type { Realm } from "../realm-source/core.ts";

export function installIteratorTwins(rt: Realm): void {
  const proto: any = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()));
  type Visit = (value: unknown, index: number) => Generator<unknown, boolean, any>;

  /** Visits what is left of an iterator, until a visit says that it is enough. */
  const visit = function* (self: any, f: unknown, each: Visit): Generator<unknown, void, any> {
    if ((typeof self !== "object" || self === null) && typeof self !== "function")
      throw new TypeError("Iterator helper called on a value that is no object");
    if (typeof f !== "function") throw new TypeError(`${String(f)} is not a function`);
    const iteration = yield* rt.iterate({ [Symbol.iterator]: () => self });
    let index = 0;
    try {
      while (yield* rt.stepOf(iteration)) if (yield* each(iteration.v, index++)) return;
    } catch (error) {
      iteration.failed = true;
      throw error;
    } finally {
      if (!iteration.done && !rt.k.x) yield* iteration.close();
    }
  };

  const methods: Record<string, (this: unknown, f: unknown, ...rest: unknown[]) => Generator<unknown, unknown, any>> = {
    *forEach(f) {
      yield* visit(this, f, function* (value, index) {
        yield* rt.call(f, undefined, [value, index]);
        return false;
      });
    },
    *some(f) {
      let found = false;
      yield* visit(this, f, function* (value, index) {
        return (found = Boolean(yield* rt.call(f, undefined, [value, index])));
      });
      return found;
    },
    *every(f) {
      let failed = false;
      yield* visit(this, f, function* (value, index) {
        return (failed = !(yield* rt.call(f, undefined, [value, index])));
      });
      return !failed;
    },
    *find(f) {
      let found: unknown;
      yield* visit(this, f, function* (value, index) {
        if (!(yield* rt.call(f, undefined, [value, index]))) return false;
        found = value;
        return true;
      });
      return found;
    },
    *reduce(f, ...rest) {
      let isEmpty = rest.length === 0;
      let result: unknown = rest[0];
      yield* visit(this, f, function* (value, index) {
        result = isEmpty ? value : yield* rt.call(f, undefined, [result, value, index]);
        isEmpty = false;
        return false;
      });
      if (isEmpty) throw new TypeError("Reduce of empty iterator with no initial value");
      return result;
    },
  };
  for (const name of Object.keys(methods))
    if (typeof proto[name] === "function") rt.stamp(proto[name], methods[name], 0);
}
