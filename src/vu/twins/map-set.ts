/**
 * Twins of Map and Set's forEach, and of groupBy.
 *
 * A closed function: see `realm-source/core.ts`. ECMA-262, sections 24.1.3.5, 24.2.3.6, 20.1.2.13 and 24.1.2.1.
 */
import type { Realm } from "../realm-source/core.ts";

export function installMapSetTwins(rt: Realm): void {
  const { apply } = Reflect;
  const checked = (f: unknown): any => {
    if (typeof f !== "function") throw new TypeError(`${String(f)} is not a function`);
    return f;
  };

  const entries = Map.prototype.entries;
  rt.stamp(
    Map.prototype.forEach,
    function* (this: Map<unknown, unknown>, f: unknown, self?: unknown): Generator<unknown, void, any> {
      const iterator = apply(entries, this, []);
      checked(f);
      for (let r = iterator.next(); !r.done; r = iterator.next())
        yield* rt.call(f, self, [r.value[1], r.value[0], this]);
    },
    0,
  );
  const values = Set.prototype.values;
  rt.stamp(
    Set.prototype.forEach,
    function* (this: Set<unknown>, f: unknown, self?: unknown): Generator<unknown, void, any> {
      const iterator = apply(values, this, []);
      checked(f);
      for (let r = iterator.next(); !r.done; r = iterator.next()) yield* rt.call(f, self, [r.value, r.value, this]);
    },
    0,
  );

  /** Items by the key that a function gives each. */
  const grouped = function* (
    items: unknown,
    f: unknown,
    keyOf: (key: unknown) => unknown,
  ): Generator<unknown, Map<unknown, unknown[]>, any> {
    checked(f);
    const groups = new Map<unknown, unknown[]>();
    const iteration = yield* rt.iterate(items);
    let index = 0;
    try {
      while (yield* rt.stepOf(iteration)) {
        const key = keyOf(yield* rt.call(f, undefined, [iteration.v, index++]));
        const group = groups.get(key);
        if (group === undefined) groups.set(key, [iteration.v]);
        else group.push(iteration.v);
      }
    } catch (error) {
      iteration.failed = true;
      throw error;
    } finally {
      if (!iteration.done && !rt.k.x) yield* iteration.close();
    }
    return groups;
  };
  const byObject = (Object as any).groupBy;
  if (typeof byObject === "function") {
    rt.stamp(
      byObject,
      function* (items: unknown, f: unknown): Generator<unknown, object, any> {
        const groups = yield* grouped(items, f, (key) => (typeof key === "symbol" ? key : String(key)));
        const object = Object.create(null);
        for (const [key, group] of groups) object[key as string] = group;
        return object;
      },
      0,
    );
  }
  const byMap = (Map as any).groupBy;
  if (typeof byMap === "function") {
    rt.stamp(
      byMap,
      function* (items: unknown, f: unknown): Generator<unknown, unknown, any> {
        return yield* grouped(items, f, (key) => key);
      },
      0,
    );
  }
}
