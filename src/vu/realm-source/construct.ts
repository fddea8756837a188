/**
 * `new` from generators: classes whose constructors may block, and the plain use of a derived one.
 *
 * A closed function: see `core.ts`. Rules: ECMA-262, sections 10.2.2, 10.3.2 and 13.3.7.
 */
import type { Realm } from "./core.ts";

export function installConstruct(rt: Realm): void {
  const { k, sup } = rt;
  const {
    apply,
    construct,
    get: getProperty,
    getPrototypeOf,
    isExtensible,
    set: setProperty,
    setPrototypeOf,
  } = Reflect;
  const isObject = (v: unknown): v is object => (typeof v === "object" && v !== null) || typeof v === "function";

  type Steps = Generator<unknown, any, any>;
  /** The body of a derived constructor, told what `new.target`, `super.x`, `this` and `super()` are. */
  type Body = (
    args: ArrayLike<unknown>,
    newTarget: unknown,
    superMember: (key: PropertyKey) => object,
    self: () => object,
    superCall: (...args: unknown[]) => unknown,
  ) => (...args: unknown[]) => Steps;

  /** A base class: `bodyOf(object)` is its constructor's body. */
  rt.cc = (C: object, bodyOf: unknown): void => {
    rt.stamp(C, bodyOf, 5);
  };
  /** A derived class; `hasMembers` says that objects get fields or private methods from it. */
  rt.cd = (C: object, hasMembers: boolean): void => {
    rt.stamp(C, hasMembers, 9);
  };

  const resultOf = (result: unknown, self: () => object): object => {
    if (isObject(result)) return result;
    if (result !== undefined)
      throw new TypeError("Cannot return a non-object type in the constructor of a derived class.");
    return self();
  };

  /** Plain use of a derived class. */
  rt.dd = (body: (...args: unknown[]) => Steps, args: ArrayLike<unknown>, self: () => object): object =>
    resultOf(rt.dc(apply(body, undefined, args)), self);

  function argumentsOf(..._args: unknown[]): IArguments {
    // biome-ignore lint/complexity/noArguments: it is what a script may ask for
    return arguments;
  }

  /** Gives an object what the fields of C are: C is run with a parent that returns the object. */
  const addMembers = (C: any, object: object, newTarget: unknown): void => {
    const parent = getPrototypeOf(C);
    // the parent is back before any code of the script runs
    function Lender(): object {
      setPrototypeOf(C, parent);
      return object;
    }
    setPrototypeOf(C, Lender);
    construct(C, [rt.raw, 0], newTarget as any);
  };

  function* constructDerived(C: any, args: unknown[], newTarget: unknown): Steps {
    let object: object | undefined;
    const self = (): object => {
      if (object === undefined) {
        throw new ReferenceError(
          "'super()' must be called in derived constructor before accessing |this| or returning non-object.",
        );
      }
      return object;
    };
    function* superConstruct(given: unknown[]): Steps {
      const parent = getPrototypeOf(C);
      const made = hasSteps(parent)
        ? yield* constructSteps(parent, given, newTarget)
        : construct(parent as any, given, newTarget as any);
      if (object !== undefined) throw new ReferenceError("'super()' can't be called more than once in a constructor.");
      object = made as object;
      if (rt.twinOf(C)) addMembers(C, object, newTarget);
      return object;
    }
    const superCall = (...given: unknown[]): Steps => {
      k.p = 1;
      return superConstruct(given);
    };
    const superMember = (key: PropertyKey): object => {
      const home = (): object => getPrototypeOf(C.prototype)!;
      return sup(
        () => getProperty(home(), key, self()),
        (value: unknown) => {
          if (!setProperty(home(), key, value, self()))
            throw new TypeError("Attempted to assign to readonly property.");
        },
      );
    };
    const body: Body = construct(C, [rt.raw], newTarget as any) as any;
    return resultOf(
      yield* apply(body(apply(argumentsOf, undefined, args), newTarget, superMember, self, superCall), undefined, args),
      self,
    );
  }

  const hasSteps = (C: any): boolean => {
    if (!rt.hasTwin(C)) return false;
    const kind: number = rt.exactKindOf(C);
    // a class that is frozen cannot be lent another parent
    return kind === 0 || kind === 5 || (kind === 9 && (!rt.twinOf(C) || isExtensible(C)));
  };

  /** Constructs what `hasSteps`. */
  function* constructSteps(C: any, args: unknown[], newTarget: any): Steps {
    const kind: number = rt.exactKindOf(C);
    if (kind === 9) return yield* constructDerived(C, args, newTarget);
    // `rt.raw` asks a class's constructor for the object alone
    const object: object = kind === 0 ? construct(Object, [], newTarget) : construct(C, [rt.raw], newTarget);
    const body = kind === 0 ? rt.twinOf(C) : rt.twinOf(C)(object);
    const result = yield* apply(body, object, args) as Steps;
    return isObject(result) ? result : object;
  }

  /** new C(...args) in a twin. */
  rt.n = (C: any, args: unknown[], newTarget: any = C): unknown => {
    if (typeof C !== "function") throw new TypeError(`${rt.describe(C)} is not a constructor`);
    if (!hasSteps(C)) {
      const isHosts = rt.hasTwin(C) && rt.exactKindOf(C) === 6 && newTarget === C;
      return isHosts ? rt.twinOf(C)(undefined, args) : construct(C, args, newTarget);
    }
    k.p = 1;
    return constructSteps(C, args, newTarget);
  };
}
