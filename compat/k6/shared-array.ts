/**
 * What scripts see of a shared list: an array that cannot be changed, whose elements are made when they are read.
 *
 * Elements are deeply frozen, so all VUs of a thread may get the same one; only the one read last is kept.
 */
import type { VuRuntime } from "../../src/module-api.ts";

type TextList = NonNullable<ReturnType<VuRuntime["sharedArrays"]["get"]>>;

const INDEX = /^(?:0|[1-9]\d*)$/;

const refuse = (): never => {
  throw new TypeError("SharedArray is immutable");
};

export function sharedArrayView(runtime: VuRuntime, list: TextList): object {
  const { rt } = runtime;
  const target = rt.array([]);
  target.length = list.length;
  let lastIndex = -1;
  let last: unknown;

  const element = (index: number): unknown => {
    if (index !== lastIndex) {
      last = deepFreeze(rt.json(list.at(index)));
      lastIndex = index;
    }
    return last;
  };
  /** The index that a property name is, if the list has it. */
  const indexOf = (name: PropertyKey): number | undefined => {
    if (typeof name !== "string" || !INDEX.test(name)) return undefined;
    const index = Number(name);
    return index < list.length ? index : undefined;
  };

  return rt.proxy(target, {
    get(_target, name: PropertyKey) {
      const index = indexOf(name);
      return index === undefined ? Reflect.get(target, name) : element(index);
    },
    has: (_target, name: PropertyKey) => indexOf(name) !== undefined || Reflect.has(target, name),
    ownKeys: () => rt.array([...Array.from({ length: list.length }, (_, index) => String(index)), "length"]),
    getOwnPropertyDescriptor(_target, name: PropertyKey) {
      const index = indexOf(name);
      if (index === undefined) {
        const own = Reflect.getOwnPropertyDescriptor(target, name);
        return own && Object.assign(rt.object(), own);
      }
      return Object.assign(rt.object(), {
        value: element(index),
        writable: true,
        enumerable: true,
        configurable: true,
      });
    },
    set: refuse,
    defineProperty: refuse,
    deleteProperty: refuse,
    preventExtensions: refuse,
    setPrototypeOf: refuse,
  });
}

function deepFreeze(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  for (const member of Object.values(value)) deepFreeze(member);
  return Object.freeze(value);
}
