/**
 * Twins of the array methods that call back, of typed arrays too where the algorithm is the same.
 *
 * A closed function: see `realm-source/core.ts`. ECMA-262 section 23.1.3.
 */
import type { Realm } from "../realm-source/core.ts";

export function installArrayTwins(rt: Realm): void {
  const call = rt.call;
  const { stamp } = rt;
  const { apply } = Reflect;
  type Subject = { of(self: any): { o: any; length: number }; has(index: number, o: any): boolean };
  const checked = (f: unknown): any => {
    if (typeof f !== "function") throw new TypeError(`${String(f)} is not a function`);
    return f;
  };
  const lengthOf = (o: any): number => {
    const n = Math.trunc(Number(o.length));
    return n > 0 ? Math.min(n, Number.MAX_SAFE_INTEGER) : 0;
  };
  /** What a method of arrays goes through: any object, with holes where it has no property. */
  const arrayLike: Subject = {
    of(self) {
      if (self === undefined || self === null) throw new TypeError("Array method called on null or undefined");
      const o = Object(self);
      return { o, length: lengthOf(o) };
    },
    has: (index, o) => index in o,
  };
  /** ... and one of typed arrays, which have no holes, whatever becomes of their buffer. */
  const typed: any = Object.getPrototypeOf(Uint8Array.prototype);
  const { at: typedAt } = typed;
  const typedLength: any = Object.getOwnPropertyDescriptor(typed, "length")!.get;
  const typedArray: Subject = {
    of(self) {
      // refuses what is none, or is out of bounds
      apply(typedAt, self, [0]);
      return { o: self, length: apply(typedLength, self, []) };
    },
    has: () => true,
  };
  /** What map, filter and flatMap put their results in: an array, or what a subclass asks for. */
  const resultFor = (o: any, length: number): any => {
    if (!Array.isArray(o)) return new Array(length);
    let C: any = o.constructor;
    if (C === Array) return new Array(length);
    if ((typeof C === "object" && C !== null) || typeof C === "function") C = C[Symbol.species] ?? undefined;
    return C === undefined ? new Array(length) : new C(length);
  };
  const put = (out: any, index: number, value: unknown): void => {
    Object.defineProperty(out, index, { value, writable: true, enumerable: true, configurable: true });
  };
  type Steps = (this: any, f: any, self?: unknown) => Generator<unknown, any, any>;
  const methodsOf = ({ of, has }: Subject): Record<string, Steps> => ({
    *forEach(f, self) {
      const { o, length } = of(this);
      checked(f);
      for (let i = 0; i < length; i++) if (has(i, o)) yield* call(f, self, [o[i], i, o]);
    },
    *map(f, self) {
      const { o, length } = of(this);
      checked(f);
      const out = resultFor(o, length);
      for (let i = 0; i < length; i++) if (has(i, o)) put(out, i, yield* call(f, self, [o[i], i, o]));
      return out;
    },
    *filter(f, self) {
      const { o, length } = of(this);
      checked(f);
      const out = resultFor(o, 0);
      let count = 0;
      for (let i = 0; i < length; i++) {
        if (!has(i, o)) continue;
        const value = o[i];
        if (yield* call(f, self, [value, i, o])) put(out, count++, value);
      }
      return out;
    },
    *some(f, self) {
      const { o, length } = of(this);
      checked(f);
      for (let i = 0; i < length; i++) if (has(i, o) && (yield* call(f, self, [o[i], i, o]))) return true;
      return false;
    },
    *every(f, self) {
      const { o, length } = of(this);
      checked(f);
      for (let i = 0; i < length; i++) if (has(i, o) && !(yield* call(f, self, [o[i], i, o]))) return false;
      return true;
    },
    *find(f, self) {
      const { o, length } = of(this);
      checked(f);
      for (let i = 0; i < length; i++) {
        const value = o[i];
        if (yield* call(f, self, [value, i, o])) return value;
      }
      return undefined;
    },
    *findIndex(f, self) {
      const { o, length } = of(this);
      checked(f);
      for (let i = 0; i < length; i++) if (yield* call(f, self, [o[i], i, o])) return i;
      return -1;
    },
    *findLast(f, self) {
      const { o, length } = of(this);
      checked(f);
      for (let i = length - 1; i >= 0; i--) {
        const value = o[i];
        if (yield* call(f, self, [value, i, o])) return value;
      }
      return undefined;
    },
    *findLastIndex(f, self) {
      const { o, length } = of(this);
      checked(f);
      for (let i = length - 1; i >= 0; i--) if (yield* call(f, self, [o[i], i, o])) return i;
      return -1;
    },
    *flatMap(f, self) {
      const { o, length } = of(this);
      checked(f);
      const out = resultFor(o, 0);
      let count = 0;
      for (let i = 0; i < length; i++) {
        if (!has(i, o)) continue;
        const value = yield* call(f, self, [o[i], i, o]);
        if (Array.isArray(value)) {
          const size = lengthOf(value);
          for (let j = 0; j < size; j++) if (j in value) put(out, count++, value[j]);
        } else put(out, count++, value);
      }
      return out;
    },
    reduce: reduction(1, { of, has }),
    reduceRight: reduction(-1, { of, has }),
  });
  const reduction = (step: 1 | -1, { of, has }: Subject) =>
    function* (this: any, ...args: any[]): Generator<unknown, any, any> {
      const { o, length } = of(this);
      const f = checked(args[0]);
      let i = step === 1 ? 0 : length - 1;
      const inside = () => i >= 0 && i < length;
      let value: unknown;
      if (args.length > 1) value = args[1];
      else {
        while (inside() && !has(i, o)) i += step;
        if (!inside()) throw new TypeError("Reduce of empty array with no initial value");
        value = o[i];
        i += step;
      }
      for (; inside(); i += step) if (has(i, o)) value = yield* call(f, undefined, [value, o[i], i, o]);
      return value;
    };

  /** Merge sort: stable, as the language asks. */
  const sorted = function* (items: unknown[], compare: any): Generator<unknown, unknown[], any> {
    if (items.length < 2) return items;
    const middle = items.length >> 1;
    const left: unknown[] = yield* sorted(items.slice(0, middle), compare);
    const right: unknown[] = yield* sorted(items.slice(middle), compare);
    const out: unknown[] = [];
    let i = 0;
    let j = 0;
    while (i < left.length && j < right.length) {
      // the later element first, as engines ask
      const order = Number(yield* call(compare, undefined, [right[j], left[i]]));
      out.push(order < 0 ? right[j++] : left[i++]);
    }
    while (i < left.length) out.push(left[i++]);
    while (j < right.length) out.push(right[j++]);
    return out;
  };
  const sort = function* (this: any, compare: any): Generator<unknown, any, any> {
    if (compare === undefined) return Array.prototype.sort.call(this);
    checked(compare);
    const { o, length } = arrayLike.of(this);
    const present: unknown[] = [];
    let undefinedCount = 0;
    for (let i = 0; i < length; i++) {
      if (!(i in o)) continue;
      if (o[i] === undefined) undefinedCount++;
      else present.push(o[i]);
    }
    const out = yield* sorted(present, compare);
    let at = 0;
    for (const value of out) o[at++] = value;
    for (let i = 0; i < undefinedCount; i++) o[at++] = undefined;
    for (; at < length; at++) delete o[at];
    return o;
  };
  const toSorted = function* (this: any, compare: any): Generator<unknown, any, any> {
    if (compare !== undefined) checked(compare);
    return yield* sort.call(Array.from(this), compare);
  };

  const proto: any = Array.prototype;
  const methods = methodsOf(arrayLike);
  for (const name of Object.keys(methods)) if (typeof proto[name] === "function") stamp(proto[name], methods[name], 0);
  stamp(proto.sort, sort, 0);
  if (typeof proto.toSorted === "function") stamp(proto.toSorted, toSorted, 0);

  const { slice } = typed;
  const typedMethods: Record<string, Steps> = {
    ...methodsOf(typedArray),
    *map(f, self) {
      const { o, length } = typedArray.of(this);
      checked(f);
      const out: any = apply(slice, o, []);
      for (let i = 0; i < length; i++) out[i] = yield* call(f, self, [o[i], i, o]);
      return out;
    },
  };
  for (const name of [
    ...["forEach", "map", "some", "every", "find", "findIndex", "findLast", "findLastIndex"],
    ...["reduce", "reduceRight"],
  ])
    if (typeof typed[name] === "function") stamp(typed[name], typedMethods[name], 0);

  stamp(
    Array.from,
    function* (this: any, items: any, f?: any, self?: unknown): Generator<unknown, any, any> {
      if (f !== undefined) checked(f);
      const C: any = typeof this === "function" ? this : Array;
      const method = items?.[Symbol.iterator];
      if (method === undefined || method === null) {
        const source = Object(items);
        const length = lengthOf(source);
        const out = new C(length);
        for (let i = 0; i < length; i++) put(out, i, f ? yield* call(f, self, [source[i], i]) : source[i]);
        out.length = length;
        return out;
      }
      const out = new C();
      const iteration = yield* rt.iterate(items);
      let i = 0;
      try {
        while (yield* rt.stepOf(iteration)) {
          const value = f ? yield* call(f, self, [iteration.v, i]) : iteration.v;
          put(out, i++, value);
        }
      } catch (error) {
        iteration.failed = true;
        throw error;
      } finally {
        if (!iteration.done && !rt.k.x) yield* iteration.close();
      }
      out.length = i;
      return out;
    },
    0,
  );
}
