/**
 * The module `k6/data`: SharedArray, a list that all VUs read and no VU has a copy of.
 *
 * The function that makes the list runs once, on the VU whose init code comes first; others find the list by its name.
 *
 * @see k6 docs, javascript-api/k6-data
 */
import { GoError, type ModuleFactory } from "../../src/module-api.ts";
import { sharedArrayView } from "./shared-array.ts";

/** `rt.kindOf` of async functions. */
const ASYNC = 1;

const data: ModuleFactory = (runtime) => {
  const { rt } = runtime;
  const views = new Map<string, object>();

  const SharedArray = rt.defineClass("SharedArray", 2, {
    callable: true,
    make([nameGiven, builder]) {
      if (!runtime.vu.inInit) throw new GoError("new SharedArray must be called in the init context");
      const name = String(nameGiven);
      if (name === "") throw new GoError("empty name provided to SharedArray's constructor");
      if (rt.kindOf(builder) === ASYNC) {
        throw new GoError("SharedArray constructor does not support async functions as second argument");
      }
      if (typeof builder !== "function") {
        throw new GoError("a function is expected as the second argument of SharedArray's constructor");
      }
      let view = views.get(name);
      if (view === undefined) {
        const list = runtime.sharedArrays.get(name) ?? runtime.sharedArrays.add(name, textsOf(builder()));
        views.set(name, (view = sharedArrayView(runtime, list)));
      }
      return view;
    },
  });

  const textsOf = (made: unknown): string[] => {
    if (!Array.isArray(made)) throw new GoError("only arrays can be made into SharedArray");
    // an element that JSON cannot hold is "undefined", and a syntax error when it is read, as in k6
    return Array.from({ length: made.length }, (_, index) => String(rt.stringify(made[index])));
  };

  return { named: { SharedArray } };
};

export default data;
