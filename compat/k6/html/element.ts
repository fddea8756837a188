/**
 * Methods of an element: those that every node has, and those of its tag.
 *
 * They take a `Selection` of the one node and give texts, numbers, or further selections, which `index.ts` shows to
 * scripts as elements.
 *
 * @see k6 docs, javascript-api/k6-html/element
 */
import { type GoUrl, parseUrl, UrlError } from "../../../src/network-api.ts";
import { type Accessor, ACCESSORS } from "./attributes.ts";
import { childrenOf, type Node, nodeName, nodeType } from "./document.ts";
import { contains, type Selection } from "./selection.ts";

/** A method of elements; what it gives is shown to scripts by its type: a Selection as an element, a list of them as a list. */
export type ElementMethod = (self: Selection, ...args: any[]) => unknown;

/** Some node of the document, as an element; undefined for none. */
const nodeAt = (self: Selection, node: Node | null | undefined): Selection | undefined =>
  node === null || node === undefined ? undefined : self.to([node]);
/** The first of a set, if there is one. */
const firstOf = (found: Selection): Selection | undefined => (found.size === 0 ? undefined : found.slice(0, 1));
const each = (found: Selection): Selection[] => found.nodes.map((node) => found.to([node]));
const root = (self: Selection): Selection => self.to([self.document.root]);

// ---- URLs --------------------------------------------------------------------------------------------------------

function resolved(self: Selection, reference: string): GoUrl | undefined {
  try {
    return parseUrl(self.url).resolve(reference);
  } catch (error) {
    if (error instanceof UrlError) return undefined;
    throw error;
  }
}

function urlText(self: Selection, attribute: string, otherwise: string): string {
  const value = self.attr(attribute);
  if (self.url === "") return value ?? "";
  return (value === undefined ? undefined : resolved(self, value)?.href) ?? otherwise;
}

/** A method that tells a part of the address that a link leads to. */
const ofLink =
  (part: (url: GoUrl, self: Selection) => string, otherwise = ""): ElementMethod =>
  (self) => {
    const href = self.attr("href");
    const url = href === undefined ? undefined : resolved(self, href);
    return url === undefined ? otherwise : part(url, self);
  };

const withPort = ({ host, port, scheme }: GoUrl): string =>
  port !== "" && DEFAULT_PORTS[scheme] === port ? host.slice(0, -port.length - 1) : host;
const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: "80", https: "443", ftp: "21" };

const links: Record<string, ElementMethod> = {
  hash: ofLink(({ fragment }) => (fragment === "" ? "" : `#${fragment}`)),
  host: ofLink(withPort),
  hostname: ofLink((url) => url.hostname),
  port: ofLink((url) => url.port),
  username: ofLink((url) => url.user?.username ?? ""),
  password: ofLink((url) => url.user?.password ?? ""),
  origin: ofLink((url, self) => {
    if (url.scheme === "") return "";
    return url.scheme === "file" ? urlText(self, "href", "") : `${url.scheme}://${url.host}`;
  }),
  pathname: ofLink((url) => url.path),
  protocol: ofLink((url) => (url.scheme === "" ? ":" : url.scheme), ":"),
  relList: (self) => words(self, "rel"),
  search: ofLink(({ rawQuery }) => (rawQuery === "" ? "" : `?${rawQuery}`)),
  text: (self) => self.text(),
};

const words = (self: Selection, attribute: string): string[] => {
  const value = self.attr(attribute) ?? "";
  return value === "" ? [] : value.split(" ");
};

// ---- forms -------------------------------------------------------------------------------------------------------

function formOf(self: Selection): Selection | undefined {
  const around = firstOf(self.closest("form"));
  const id = self.attr("form") ?? "";
  return around ?? (id === "" ? undefined : firstOf(root(self).find(`#${id}`)));
}

function labelsOf(self: Selection): Selection[] {
  const around = self.closest("label");
  const id = self.attr("id") ?? "";
  return each(id === "" ? around : around.add(root(self).find(`label[for="${id}"]`).nodes));
}

/** An attribute of the field, under its name for fields, or else of the field's form. */
const fieldOrForm = (self: Selection, name: string): string | undefined =>
  self.attr(`form${name}`) ?? formOf(self)?.attr(name);

const fields: Record<string, ElementMethod> = {
  form: formOf,
  formAction(self) {
    const action = fieldOrForm(self, "action");
    if (self.url === "") return action ?? "";
    return action === undefined || action === "" ? self.url : (resolved(self, action)?.href ?? action);
  },
  formEnctype(self) {
    const type = fieldOrForm(self, "enctype") ?? "";
    return type === "multipart/form-data" || type === "text/plain" ? type : "application/x-www-form-urlencoded";
  },
  formMethod: (self) => (fieldOrForm(self, "method")?.toLowerCase() === "post" ? "post" : "get"),
  formNoValidate: (self) => fieldOrForm(self, "novalidate") !== undefined,
  formTarget: (self) => fieldOrForm(self, "target") ?? "",
  labels: labelsOf,
  name: (self) => self.attr("name") ?? "",
};

// ---- tables ------------------------------------------------------------------------------------------------------

/** The element's place among those of a kind inside of what is around it; -1 if nothing is. */
const placeIn = (self: Selection, around: string, kind: string, otherwise = -1): number => {
  const outer = self.parents(around);
  return outer.size === 0 ? otherwise : outer.find(kind).index(self.nodes);
};
const all =
  (selector: string): ElementMethod =>
  (self) =>
    each(self.find(selector));
const firstChild =
  (selector: string): ElementMethod =>
  (self) =>
    firstOf(self.children(selector));

const rows: Record<string, ElementMethod> = { rows: all("tr") };
const cells: Record<string, ElementMethod> = { cellIndex: (self) => placeIn(self, "tr", "th,td") };
const media: Record<string, ElementMethod> = { textTracks: all("track") };
const FORM_FIELDS = "input,select,button,textarea";

/** A number of an attribute that is at least 0. */
function positive(self: Selection, attribute: string): number | undefined {
  const text = self.attr(attribute);
  const value = text === undefined || text.trim() === "" ? Number.NaN : Number(text);
  return value >= 0 ? value : undefined;
}
const progress = (self: Selection, otherwise: number): number => {
  const value = positive(self, "value");
  return value === undefined ? otherwise : value / (positive(self, "max") ?? 1);
};

// ---- by tag ------------------------------------------------------------------------------------------------------

const SPECIAL: Readonly<Record<string, Record<string, ElementMethod>>> = {
  a: links,
  area: links,
  audio: media,
  video: media,
  base: { href: (self) => urlText(self, "href", self.url) },
  button: { ...fields, value: (self) => self.valueOrHtml() },
  canvas: { width: (self) => integer(self, "width", 150), height: (self) => integer(self, "height", 150) },
  col: { span: (self) => Math.max(1, integer(self, "span", 1)) },
  datalist: { options: all("option") },
  fieldset: { form: formOf, type: () => "fieldset", elements: all(FORM_FIELDS), validity: () => undefined },
  form: {
    elements: all(`${FORM_FIELDS},fieldset`),
    length: (self) => self.find(`${FORM_FIELDS},fieldset`).size,
    method: (self) => (self.attr("method") === "post" ? "post" : "get"),
  },
  input: {
    ...fields,
    list(self) {
      const id = self.attr("list") ?? "";
      if (id === "" || ["hidden", "checkbox", "radio", "file", "button"].includes(self.attr("type") ?? ""))
        return undefined;
      return firstOf(root(self).find(`datalist[id="${id}"]`));
    },
  },
  keygen: { form: formOf, labels: labelsOf },
  label: {
    control(self) {
      const id = self.attr("for");
      return id === undefined ? undefined : firstOf(root(self).find(`#${id}`));
    },
    form: formOf,
  },
  legend: { form: formOf },
  link: { relList: (self) => words(self, "rel") },
  map: {
    areas: all("area"),
    images(self) {
      const id = self.attr("id");
      return id === undefined ? [] : each(root(self).find(`img[usemap="#${id}"],object[usemap="#${id}"]`));
    },
  },
  meter: { labels: labelsOf },
  object: { form: formOf },
  option: {
    disabled: (self) => self.attr("disabled") !== undefined || self.parents("optgroup").attr("disabled") !== undefined,
    form(self) {
      const around = firstOf(self.parents("form"));
      const id = self.parents("select").attr("form");
      return around ?? (id === undefined ? undefined : firstOf(root(self).find(`form#${id}`)));
    },
    index: (self) => placeIn(self, "select,datalist", "option", 0),
    label: (self) => self.attr("label") ?? self.text(),
    text: (self) => self.text(),
    value: (self) => self.valueOrHtml(),
  },
  output: { form: formOf, labels: labelsOf, value: (self) => self.text(), defaultValue: (self) => self.text() },
  progress: {
    max: (self) => positive(self, "max") ?? 1,
    value: (self) => progress(self, 0),
    position: (self) => progress(self, -1),
    labels: labelsOf,
  },
  script: { text: (self) => self.text() },
  select: {
    form: formOf,
    labels: labelsOf,
    length: (self) => self.find("option").size,
    options: all("option"),
    selectedIndex: (self) => self.find("option").index(self.find("option[selected]").nodes),
    selectedOptions: all("option[selected]"),
    size: (self) => (self.attr("multiple") === undefined ? 1 : 4),
    type: (self) => (self.attr("multiple") === undefined ? "select" : "select-multiple"),
    value: (self) => firstOf(self.find("option[selected]"))?.valueOrHtml() ?? "",
  },
  style: { type: (self) => self.attr("type") || "text/css" },
  table: {
    caption: firstChild("caption"),
    thead: firstChild("thead"),
    tHead: firstChild("thead"),
    tfoot: firstChild("tfoot"),
    tFoot: firstChild("tfoot"),
    rows: all("tr"),
    tbodies: all("tbody"),
    tBodies: all("tbody"),
  },
  tbody: rows,
  thead: rows,
  tfoot: rows,
  td: cells,
  th: cells,
  textarea: { form: formOf, length: (self) => (self.attr("value") ?? "").length, labels: labelsOf },
  title: { text: (self) => self.text() },
  tr: {
    cells: all("th,td"),
    rowIndex: (self) => placeIn(self, "table", "tr"),
    sectionRowIndex: (self) => placeIn(self, "thead,tbody,tfoot", "tr"),
  },
};

function integer(self: Selection, attribute: string, otherwise: number): number {
  const text = self.attr(attribute);
  return text !== undefined && /^[+-]?\d+$/.test(text) ? Number(text) : otherwise;
}

function access(accessor: Accessor): ElementMethod {
  switch (accessor.kind) {
    case "text":
      return (self) => self.attr(accessor.attribute) ?? "";
    case "url":
      return (self) => urlText(self, accessor.attribute, "");
    case "flag":
      return (self) => self.attr(accessor.attribute) !== undefined;
    case "integer":
      return (self) => integer(self, accessor.attribute, accessor.otherwise);
    case "choice":
      return (self) => {
        const value = self.attr(accessor.attribute) ?? "";
        return accessor.values.includes(value) ? value : accessor.values[0];
      };
    case "choiceOrNothing":
      return (self) => {
        const value = self.attr(accessor.attribute);
        return value !== undefined && accessor.values.includes(value) ? value : undefined;
      };
    case "constant":
      return () => accessor.value;
  }
}

/** The methods that elements of a tag have besides those of every node. */
export function tagMethods(tag: string): Record<string, ElementMethod> {
  const table = Object.hasOwn(ACCESSORS, tag) ? ACCESSORS[tag]! : {};
  const told = Object.entries(table).map(([name, accessor]) => [name, access(accessor)] as const);
  return { ...Object.fromEntries(told), ...(Object.hasOwn(SPECIAL, tag) ? SPECIAL[tag] : {}) };
}

export const isSpecialTag = (tag: string): boolean => Object.hasOwn(ACCESSORS, tag) || Object.hasOwn(SPECIAL, tag);

// ---- every node --------------------------------------------------------------------------------------------------

const node = (self: Selection): Node => self.first!;
const NAMESPACES: Readonly<Record<string, string>> = {
  "http://www.w3.org/2000/svg": "svg",
  "http://www.w3.org/1998/Math/MathML": "math",
};

export const nodeMethods: Readonly<Record<string, ElementMethod>> = {
  getAttribute: (self, name) => self.attr(name),
  hasAttribute: (self, name) => self.attr(name) !== undefined,
  hasAttributes: (self) => Object.keys(node(self).attribs ?? {}).length > 0,
  toString: (self: Selection) =>
    nodeType(node(self)) === 1 ? "[object html.Node]" : `[object ${nodeName(node(self))}]`,
  hasChildNodes: (self) => childrenOf(node(self)).length > 0,
  textContent: (self) => self.text(),
  id: (self) => self.attr("id") ?? "",
  isEqualNode: (self, other) => other !== undefined && self.html() === other.html(),
  isSameNode: (self, other) => other !== undefined && node(self) === node(other),
  getElementsByClassName: (self, name) => each(self.find(`.${name}`)),
  getElementsByTagName: (self, name) => each(self.find(name)),
  querySelector: (self, selector) => firstOf(self.find(selector)),
  querySelectorAll: (self, selector) => each(self.find(selector)),
  nodeName: (self) => nodeName(node(self)),
  firstChild: (self) => nodeAt(self, childrenOf(node(self))[0]),
  lastChild: (self) => nodeAt(self, childrenOf(node(self)).at(-1)),
  firstElementChild: (self) => firstOf(self.children()),
  lastElementChild: (self) => firstOf(self.children().last()),
  previousSibling: (self) => nodeAt(self, node(self).prev),
  nextSibling: (self) => nodeAt(self, node(self).next),
  previousElementSibling: (self) => firstOf(self.prev()),
  nextElementSibling: (self) => firstOf(self.next()),
  parentNode: (self) => nodeAt(self, node(self).parent),
  parentElement: (self) => firstOf(self.parent()),
  childNodes: (self) => each(self.contents()),
  children: (self) => each(self.children()),
  childElementCount: (self) => self.children().size,
  classList: (self) => (self.attr("class") ?? "").split(/\s+/).filter((word) => word !== ""),
  className: (self) => self.attr("class"),
  lang: (self) => self.attr("lang"),
  ownerDocument: (self) => root(self),
  namespaceURI: (self) => node(self).namespace ?? "http://www.w3.org/1999/xhtml",
  isDefaultNamespace: (self) => NAMESPACES[node(self).namespace ?? ""] === undefined,
  innerHTML: (self) => self.html(),
  nodeType: (self) => nodeType(node(self)),
  nodeValue: (self) => ([3, 8].includes(nodeType(node(self))) ? self.text() : undefined),
  contains: (self, other) => other !== undefined && contains(node(self), node(other)),
  matches: (self, selector) => self.is(selector),
};
