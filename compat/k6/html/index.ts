/**
 * The module `k6/html`: parses a document, finds nodes in it, tells what they hold.
 *
 * Scripts hold two kinds of objects: selections, and elements, which are selections of one node with methods of their
 * tag. Their methods are made once a thread and sit on prototypes.
 *
 * @see k6 docs, javascript-api/k6-html
 */
import { GoError, type ModuleFactory, type VuRuntime } from "../../../src/module-api.ts";
import { goTypeName, toText } from "../go-type.ts";
import { HtmlDocument, type Node, nodeName } from "./document.ts";
import { type ElementMethod, isSpecialTag, nodeMethods, tagMethods } from "./element.ts";
import { Selection, type Target } from "./selection.ts";

/** What ties a script's element to its node; a selection is tied to a `Selection` itself. */
class ElementState {
  readonly selection: Selection;
  constructor(selection: Selection) {
    this.selection = selection;
  }
}

/** How k6/html looks on one thread. */
class HtmlRealm {
  private readonly runtime: VuRuntime;
  private readonly selections: object;
  private readonly elements: object;
  private readonly byTag = new Map<string, object>();

  constructor(runtime: VuRuntime) {
    this.runtime = runtime;
    this.selections = this.selectionPrototype();
    this.elements = runtime.rt.object();
    for (const [name, method] of Object.entries(nodeMethods)) this.define(this.elements, name, method);
    this.defineAttributes(this.elements);
  }

  parse(source: string, url: string): object {
    const document = new HtmlDocument(source);
    return this.selection(new Selection(document, [document.root], url));
  }

  // ---- objects of scripts ----------------------------------------------------------------------------------------

  selection(selection: Selection): object {
    const { rt } = this.runtime;
    return rt.tie(Object.setPrototypeOf(rt.object(), this.selections), selection);
  }

  /** @param selection Of one node at least; undefined gives undefined. */
  private element(selection: Selection | undefined): unknown {
    const first = selection?.first;
    if (selection === undefined || first === undefined) return undefined;
    const { rt } = this.runtime;
    const state = new ElementState(selection.size === 1 ? selection : selection.to([first]));
    return rt.tie(Object.setPrototypeOf(rt.object(), this.prototypeOf(first)), state);
  }

  private prototypeOf(node: Node): object {
    const tag = nodeName(node);
    if (!isSpecialTag(tag)) return this.elements;
    let prototype = this.byTag.get(tag);
    if (prototype === undefined) {
      prototype = Object.setPrototypeOf(this.runtime.rt.object(), this.elements) as object;
      for (const [name, method] of Object.entries(tagMethods(tag))) this.define(prototype, name, method);
      this.byTag.set(tag, prototype);
    }
    return prototype;
  }

  /** Elements for selections, lists for lists, anything else as it is. */
  private shown(value: unknown): unknown {
    if (value instanceof Selection) return this.element(value);
    return Array.isArray(value) ? this.runtime.rt.array(value.map((item) => this.shown(item))) : value;
  }

  private define(prototype: object, name: string, method: ElementMethod): void {
    const { rt } = this.runtime;
    rt.method(
      prototype,
      name,
      rt.fn(name, method.length - 1, (args, self) => {
        const given = args.map(
          (argument) => this.stateOf(argument)?.selection ?? (isObject(argument) ? undefined : toText(argument)),
        );
        return this.shown(method(this.ofElement(self), ...given));
      }),
    );
  }

  private stateOf(value: unknown): ElementState | undefined {
    const state = this.runtime.rt.stateOf(value);
    return state instanceof ElementState ? state : undefined;
  }
  private ofElement(self: unknown): Selection {
    const state = this.stateOf(self);
    if (state === undefined) throw new TypeError("this is no element of k6/html");
    return state.selection;
  }
  private ofSelection(self: unknown): Selection {
    const state = this.runtime.rt.stateOf(self);
    if (!(state instanceof Selection)) throw new TypeError("this is no selection of k6/html");
    return state;
  }

  /** A selector, selection or element that a script hands in. */
  private target(value: unknown): Target {
    if (typeof value === "string") return value;
    const state = this.runtime.rt.stateOf(value);
    if (state instanceof Selection) return state.nodes;
    if (state instanceof ElementState) return state.selection.nodes;
    throw new GoError(`invalid argument, cannot use a '${goTypeName(value)}' as a selector`);
  }
  private isTarget(value: unknown): boolean {
    const state = this.runtime.rt.stateOf(value);
    return typeof value === "string" || state instanceof Selection || state instanceof ElementState;
  }

  // ---- attributes as objects ---------------------------------------------------------------------------------------

  private defineAttributes(prototype: object): void {
    const { rt } = this.runtime;
    const attribute = (owner: unknown, name: string, value: string): object => {
      const object = Object.assign(rt.object(), { owner_element: owner, name, value });
      const namespace = "http://www.w3.org/1999/xhtml";
      for (const [method, text] of Object.entries({ prefix: "", namespaceURI: namespace, localName: name })) {
        rt.method(
          object,
          method,
          rt.fn(method, 0, () => text),
        );
      }
      return object;
    };
    rt.method(
      prototype,
      "attributes",
      rt.fn("attributes", 0, (_args, self) => {
        const all = rt.object();
        for (const [name, value] of Object.entries(this.ofElement(self).first?.attribs ?? {}))
          all[name] = attribute(self, name, value);
        return all;
      }),
    );
    rt.method(
      prototype,
      "getAttributeNode",
      rt.fn("getAttributeNode", 1, ([name], self) => {
        const value = this.ofElement(self).attr(toText(name));
        return value === undefined ? undefined : attribute(self, toText(name), value);
      }),
    );
    rt.method(
      prototype,
      "selection",
      rt.fn("selection", 0, (_args, self) => this.selection(this.ofElement(self))),
    );
  }

  // ---- selections ------------------------------------------------------------------------------------------------

  private selectionPrototype(): object {
    const { rt } = this.runtime;
    const prototype = rt.object();
    const method = (name: string, length: number, run: (selection: Selection, args: any[]) => unknown): void => {
      const call = (args: any[], self: unknown): unknown => {
        const value = run(this.ofSelection(self), args);
        return value instanceof Selection ? this.selection(value) : value;
      };
      rt.method(prototype, name, rt.fn(name, length, call));
    };
    const optional = (value: unknown): string | undefined => (value === undefined ? undefined : toText(value));
    const until = (value: unknown): Target | undefined =>
      value === undefined || value === null ? undefined : this.target(value);

    for (const name of ["add", "find", "closest", "has"] as const) {
      method(name, 1, (selection, [target]) => selection[name](this.target(target)));
    }
    for (const name of ["children", "next", "nextAll", "prev", "prevAll", "parent", "parents", "siblings"] as const) {
      method(name, 0, (selection, [filter]) => selection[name](optional(filter)));
    }
    for (const name of ["nextUntil", "prevUntil", "parentsUntil"] as const) {
      method(name, 0, (selection, [target, filter]) => selection[name](until(target), optional(filter)));
    }
    for (const name of ["contents", "end", "last", "html", "text"] as const)
      method(name, 0, (selection) => selection[name]());
    method("single", 1, (selection, [selector]) => selection.find(toText(selector)).slice(0, 1));
    method("first", 0, (selection) => selection.slice(0, 1));
    method("size", 0, (selection) => selection.size);
    method("eq", 1, (selection, [index]) => selection.eq(integerOf(index)));
    method("slice", 1, (selection, [start, end]) =>
      selection.slice(integerOf(start), end === undefined ? undefined : integerOf(end)),
    );
    method("attr", 1, (selection, [name, otherwise]) => selection.attr(toText(name)) ?? otherwise);
    method("val", 0, (selection) => this.shown(selection.val()));
    method("toArray", 0, (selection) => rt.array(selection.nodes.map((node) => this.selection(selection.to([node])))));
    method("get", 0, (selection, args) => {
      if (args.length === 0) return this.shown(selection.nodes.map((node) => selection.to([node])));
      return this.element(selection.eq(integerOf(args[0])));
    });
    method("index", 0, (selection, args) => {
      if (args.length === 0) return selection.index();
      return this.isTarget(args[0]) ? selection.index(this.target(args[0])) : -1;
    });
    method("data", 0, (selection, args) => {
      const value = args.length === 0 ? selection.allData() : selection.data(toText(args[0]));
      return typeof value === "object" ? rt.json(JSON.stringify(value)) : value;
    });
    method("serializeArray", 0, (selection) => rt.json(JSON.stringify(selection.serializeArray())));
    method("serializeObject", 0, (selection) => rt.json(JSON.stringify(formObject(selection))));
    method("serialize", 0, (selection) => serialized(selection));
    rt.accessor(prototype, "url", (_args, self) => this.ofSelection(self).url, undefined, true);
    this.defineCallbacks(prototype);
    return prototype;
  }

  /** Methods that call back: what they call may block. */
  private defineCallbacks(prototype: object): void {
    const { rt } = this.runtime;
    const realm = this;
    const coroutine = (
      name: string,
      run: (selection: Selection, argument: unknown, self: unknown) => Generator<unknown, unknown, any>,
    ): void =>
      rt.method(
        prototype,
        name,
        rt.coroutine(name, 1, ([argument], self) => run(realm.ofSelection(self), argument, self)),
      );

    coroutine("each", function* (selection, callback, self) {
      if (typeof callback !== "function") throw new GoError("the argument to each() must be a function");
      for (const [index, node] of selection.nodes.entries()) {
        try {
          yield* realm.runtime.vu.call(callback, callback, [index, realm.element(selection.to([node]))]);
        } catch (error) {
          if (rt.k.x) throw error;
          throw new GoError(`the function passed to each() failed: ${String(error)}`);
        }
      }
      return self;
    });
    coroutine("map", function* (selection, callback) {
      if (typeof callback !== "function") throw new GoError("the argument to map() must be a function");
      const values = rt.array([]);
      for (const [index, node] of selection.nodes.entries()) {
        try {
          values.push(yield* realm.runtime.vu.call(callback, callback, [index, realm.selection(selection.to([node]))]));
        } catch (error) {
          // as in k6, an item whose function throws is left out
          if (rt.k.x) throw error;
        }
      }
      return values;
    });
    /** The nodes for which a function of the script answers yes. */
    const chosen = function* (selection: Selection, callback: unknown): Generator<unknown, Node[], any> {
      const found: Node[] = [];
      for (const [index, node] of selection.nodes.entries()) {
        if (yield* realm.runtime.vu.call(callback, callback, [index, realm.selection(selection.to([node]))]))
          found.push(node);
      }
      return found;
    };
    const refuse = (name: string): never => {
      throw new GoError(`the argument to ${name}() must be a function, a selector or a selection`);
    };
    coroutine("filter", function* (selection, argument) {
      if (realm.isTarget(argument)) return realm.selection(selection.filter(realm.target(argument)));
      if (typeof argument !== "function") refuse("filter");
      return realm.selection(selection.filter(yield* chosen(selection, argument)));
    });
    coroutine("is", function* (selection, argument) {
      if (realm.isTarget(argument)) return selection.is(realm.target(argument));
      if (typeof argument !== "function") refuse("is");
      return (yield* chosen(selection, argument)).length > 0;
    });
    coroutine("not", function* (selection, argument) {
      if (typeof argument !== "function") return realm.selection(selection.not(realm.target(argument)));
      return realm.selection(selection.not(yield* chosen(selection, argument)));
    });
  }
}

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null;
const integerOf = (value: unknown): number => Math.trunc(Number(value)) || 0;

const formObject = (selection: Selection): Record<string, unknown> =>
  Object.fromEntries(selection.serializeArray().map(({ name, value }) => [name, value]));

/** As Go encodes a query: sorted by name, the last value of each. */
function serialized(selection: Selection): string {
  const values = Object.entries(formObject(selection))
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const pair = (name: string, value: unknown): string => `${escaped(name)}=${escaped(String(value))}`;
  return values
    .flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((one) => pair(name, one)))
    .join("&");
}

const escaped = (text: string): string =>
  encodeURIComponent(text.toWellFormed())
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%20", "+");

const realms = new WeakMap<VuRuntime, HtmlRealm>();

/**
 * A selection of a whole document, for the current VU's script.
 *
 * @param url What links in it are relative to.
 */
export function parseHtml(runtime: VuRuntime, source: string, url: string): object {
  let realm = realms.get(runtime);
  if (realm === undefined) realms.set(runtime, (realm = new HtmlRealm(runtime)));
  return realm.parse(source, url);
}

const html: ModuleFactory = (runtime) => ({
  named: { parseHTML: runtime.rt.fn("parseHTML", 1, ([source]) => parseHtml(runtime, toText(source), "")) },
});

export default html;
