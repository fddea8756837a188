/**
 * A set of nodes of a document and the steps from it to others, as jQuery has them; k6 takes them from goquery.
 *
 * Nothing here knows of scripts. Sets keep their order and hold no node twice.
 *
 * @see k6 docs, javascript-api/k6-html/selection
 */
import {
  childrenOf,
  elementsOf,
  type HtmlDocument,
  innerHtml,
  isElement,
  type Node,
  nodeName,
  textOf,
} from "./document.ts";
import { dataValue, propertyToAttribute, attributeToProperty } from "./data-attributes.ts";

/** A selector, or the nodes themselves. */
export type Target = string | readonly Node[];

export interface FormValue {
  name: string;
  value: string | string[] | undefined;
}

export class Selection {
  readonly document: HtmlDocument;
  readonly nodes: readonly Node[];
  /** What links in the document are relative to; empty if it is not from the net. */
  readonly url: string;
  private readonly previous: Selection | undefined;

  constructor(document: HtmlDocument, nodes: readonly Node[], url: string, previous?: Selection) {
    this.document = document;
    this.nodes = nodes;
    this.url = url;
    this.previous = previous;
  }

  /** A set that came from this one: `end()` leads back. */
  to(nodes: Iterable<Node>): Selection {
    return new Selection(this.document, [...new Set(nodes)], this.url, this);
  }

  get size(): number {
    return this.nodes.length;
  }

  get first(): Node | undefined {
    return this.nodes[0];
  }

  // ---- other sets ------------------------------------------------------------------------------------------------

  /** Those of `nodes` that are meant by a target. */
  private among(nodes: readonly Node[], target: Target): Node[] {
    if (typeof target === "string") return this.document.matching(nodes, target);
    return nodes.filter((node) => target.includes(node));
  }

  /** The nodes of the whole document that a target means. */
  private resolve(target: Target): readonly Node[] {
    return typeof target === "string" ? this.document.find([this.document.root], target) : target;
  }

  add(target: Target): Selection {
    return this.to([...this.nodes, ...this.resolve(target)]);
  }
  find(target: Target): Selection {
    if (typeof target === "string") return this.to(this.document.find(this.nodes, target));
    return this.to(target.filter((node) => this.nodes.some((outer) => contains(outer, node))));
  }
  closest(target: Target): Selection {
    return this.to(this.nodes.flatMap((node) => this.among([node, ...ancestorsOf(node)], target).slice(0, 1)));
  }
  has(target: Target): Selection {
    const inner = this.resolve(target);
    return this.to(this.nodes.filter((node) => inner.some((other) => contains(node, other))));
  }
  not(target: Target): Selection {
    const out = new Set(this.among(this.nodes, target));
    return this.to(this.nodes.filter((node) => !out.has(node)));
  }
  filter(target: Target): Selection {
    return this.to(this.among(this.nodes, target));
  }
  is(target: Target): boolean {
    return this.among(this.nodes, target).length > 0;
  }

  private step(from: (node: Node) => readonly Node[], filter: string | undefined): Selection {
    const found = this.nodes.flatMap(from);
    return this.to(filter === undefined ? found : this.document.matching(found, filter));
  }
  /** Steps that end before the first node that `until` means. */
  private stepUntil(
    from: (node: Node) => readonly Node[],
    until: Target | undefined,
    filter: string | undefined,
  ): Selection {
    const upTo = (node: Node): readonly Node[] => {
      const found = from(node);
      const stops = until === undefined || until === "" ? [] : this.among(found, until);
      const end = found.findIndex((one) => stops.includes(one));
      return end < 0 ? found : found.slice(0, end);
    };
    return this.step(upTo, filter);
  }

  children(filter?: string): Selection {
    return this.step(elementsOf, filter);
  }
  contents(): Selection {
    return this.step(childrenOf, undefined);
  }
  next(filter?: string): Selection {
    return this.step((node) => followers(node).slice(0, 1), filter);
  }
  nextAll(filter?: string): Selection {
    return this.step(followers, filter);
  }
  nextUntil(until?: Target, filter?: string): Selection {
    return this.stepUntil(followers, until, filter);
  }
  prev(filter?: string): Selection {
    return this.step((node) => predecessors(node).slice(0, 1), filter);
  }
  prevAll(filter?: string): Selection {
    return this.step(predecessors, filter);
  }
  prevUntil(until?: Target, filter?: string): Selection {
    return this.stepUntil(predecessors, until, filter);
  }
  parent(filter?: string): Selection {
    return this.step((node) => ancestorsOf(node).slice(0, 1), filter);
  }
  parents(filter?: string): Selection {
    return this.step(ancestorsOf, filter);
  }
  parentsUntil(until?: Target, filter?: string): Selection {
    return this.stepUntil(ancestorsOf, until, filter);
  }
  siblings(filter?: string): Selection {
    return this.step(
      (node) => (node.parent === null ? [] : elementsOf(node.parent).filter((one) => one !== node)),
      filter,
    );
  }

  /** @param index Negative counts from the end. */
  eq(index: number): Selection {
    return this.to(this.nodes.slice(index, index === -1 ? undefined : index + 1));
  }
  last(): Selection {
    return this.to(this.nodes.slice(-1));
  }
  slice(start: number, end?: number): Selection {
    return this.to(this.nodes.slice(start, end));
  }
  end(): Selection {
    return this.previous ?? new Selection(this.document, [], this.url);
  }

  // ---- what the nodes hold ---------------------------------------------------------------------------------------

  text(): string {
    return this.nodes.map(textOf).join("");
  }
  html(): string {
    return this.first === undefined ? "" : innerHtml(this.first);
  }
  attr(name: string): string | undefined {
    const { first } = this;
    return first?.attribs !== undefined && Object.hasOwn(first.attribs, name) ? first.attribs[name] : undefined;
  }

  /** Where the first node stands among its siblings, or among what `target` means, or in this set. */
  index(target?: Target): number {
    const { first } = this;
    if (target === undefined) return first === undefined ? -1 : predecessors(first).length;
    if (typeof target === "string") return first === undefined ? -1 : this.resolve(target).indexOf(first);
    return target[0] === undefined ? -1 : this.nodes.indexOf(target[0]);
  }

  /** The value of the first node as a form would send it; undefined if it is no field. */
  val(): string | string[] | undefined {
    switch (nodeName(this.first)) {
      case "input": {
        const type = this.attr("type");
        return this.attr("value") ?? (type === "radio" || type === "checkbox" ? "on" : "");
      }
      case "button":
        return this.attr("value") ?? "";
      case "textarea":
        return this.html();
      case "option":
        return this.valueOrHtml();
      case "select": {
        const selected = this.slice(0, 1).find("option[selected]");
        if (this.attr("multiple") === undefined) return selected.valueOrHtml();
        return selected.nodes.map((node) => selected.to([node]).valueOrHtml());
      }
      default:
        return undefined;
    }
  }
  valueOrHtml(): string {
    return this.attr("value") ?? this.html();
  }

  /** The value of one `data-` attribute of the first node, by its name or its property's. */
  data(name: string): unknown {
    const value = this.attr(`data-${propertyToAttribute(name)}`);
    return value === undefined ? undefined : dataValue(value);
  }
  /** All of them by property; undefined if the node has no attributes. */
  allData(): Record<string, unknown> | undefined {
    const attributes = Object.entries(this.first?.attribs ?? {});
    if (attributes.length === 0) return undefined;
    const named = attributes.filter(([name]) => name.startsWith(DATA) && name.length > DATA.length);
    return Object.fromEntries(
      named.map(([name, value]) => [attributeToProperty(name.slice(DATA.length)), dataValue(value)]),
    );
  }

  /** The fields of a form, or those among these nodes, that have a name and would be sent. */
  serializeArray(): FormValue[] {
    const fields = this.is("form") ? this.find(FIELDS) : this.filter(FIELDS);
    return fields.nodes
      .map((node) => fields.to([node]))
      .filter((field) => {
        const type = field.attr("type") ?? "";
        return (
          (field.attr("name") ?? "") !== "" &&
          field.attr("disabled") !== "disabled" &&
          !UNSENT.has(type) &&
          (field.attr("checked") === "checked" || (type !== "checkbox" && type !== "radio"))
        );
      })
      .map((field) => ({ name: field.attr("name")!, value: field.val() }));
  }
}

const DATA = "data-";
const FIELDS = "input,select,textarea,keygen";
const UNSENT = new Set(["submit", "button", "reset", "image", "file"]);

/** Elements around a node, the nearest first. */
export function ancestorsOf(node: Node): Node[] {
  const found: Node[] = [];
  for (let at = node.parent; at !== null && isElement(at); at = at.parent) found.push(at);
  return found;
}

function followers(node: Node): Node[] {
  const found: Node[] = [];
  for (let at = node.next; at !== null; at = at.next) if (isElement(at)) found.push(at);
  return found;
}

/** Elements before a node, the nearest first. */
function predecessors(node: Node): Node[] {
  const found: Node[] = [];
  for (let at = node.prev; at !== null; at = at.prev) if (isElement(at)) found.push(at);
  return found;
}

/** Whether `inner` is below `outer`. */
export function contains(outer: Node, inner: Node): boolean {
  for (let at = inner.parent; at !== null; at = at.parent) if (at === outer) return true;
  return false;
}
