/**
 * A parsed HTML document: its nodes, selectors, texts, and nodes written as HTML again.
 *
 * cheerio parses and selects; this is its only importer. A selector that cannot be read selects nothing, as in k6.
 * HTML is written as Go's x/net/html writes it: void elements end with a slash, and quotation marks in texts are escaped.
 *
 * @see HTML standard, sections 13.1.2 and 13.3
 */
import { load } from "cheerio";

/** What this module knows of cheerio's nodes. */
export interface Node {
  readonly type: "root" | "tag" | "script" | "style" | "text" | "comment" | "directive" | "cdata";
  readonly name?: string;
  readonly data?: string;
  readonly attribs?: Record<string, string>;
  readonly namespace?: string;
  readonly children?: Node[];
  readonly parent: Node | null;
  readonly next: Node | null;
  readonly prev: Node | null;
}

export const isElement = (node: Node): boolean =>
  node.type === "tag" || node.type === "script" || node.type === "style";
export const childrenOf = (node: Node): readonly Node[] => node.children ?? [];
export const elementsOf = (node: Node): Node[] => childrenOf(node).filter(isElement);

/** DOM's number for a kind of node. */
export function nodeType(node: Node): number {
  switch (node.type) {
    case "text":
    case "cdata":
      return 3;
    case "comment":
      return 8;
    case "root":
      return 9;
    case "directive":
      return 10;
    default:
      return 1;
  }
}

export function nodeName(node: Node | undefined): string {
  if (node === undefined) return "";
  if (node.type === "text") return "#text";
  if (node.type === "comment") return "#comment";
  if (node.type === "root") return "#document";
  return node.type === "directive" ? "html" : (node.name ?? "");
}

/** What is in a template is below it, as in Go's tree, and not in a document of its own. */
function openTemplate(node: Node): void {
  const opened = childrenOf(node).flatMap((child) => (child.type === "root" ? childrenOf(child) : [child]));
  (node as { children: readonly Node[] }).children = opened;
  for (const child of opened) {
    (child as { parent: Node }).parent = node;
    if (isElement(child)) openTemplates(child);
  }
}

function openTemplates(node: Node): void {
  if (node.name === "template") openTemplate(node);
  else for (const child of elementsOf(node)) openTemplates(child);
}

/** k6's words for what cheerio calls otherwise: texts are sought whatever their case, `matches` takes an expression. */
const WORDS: Readonly<Record<string, string>> = {
  contains: ":icontains(",
  haschild: ":has(> ",
  matches: ":matchestext(",
};
const translated = (selector: string): string =>
  selector.replace(/:(contains|haschild|matches)\(/gi, (_, word: string) => WORDS[word.toLowerCase()]!);

const ownText = (node: Node): string =>
  childrenOf(node)
    .filter((child) => child.type === "text")
    .map((child) => child.data ?? "")
    .join("");

const unquoted = (text: string): string => text.replace(/^(["'])(.*)\1$/s, "$2");

/** The nearest language that is told, as `en-US` for `en`. */
function hasLanguage(node: Node, language: string): boolean {
  for (let each: Node | null = node; each !== null; each = each.parent) {
    const told = each.attribs?.["lang"]?.toLowerCase();
    if (told !== undefined) return told === language || told.startsWith(`${language}-`);
  }
  return false;
}

/** Selectors of k6's engine that cheerio lacks, or reads in another way. */
const PSEUDOS = {
  checked: ":is(input[type=checkbox], input[type=radio])[checked], option[selected]",
  containsown: (node: Node, text: string) => ownText(node).toLowerCase().includes(unquoted(text).toLowerCase()),
  lang: (node: Node, language: string) => hasLanguage(node, language.toLowerCase()),
  matchesown: (node: Node, pattern: string) => new RegExp(pattern).test(ownText(node)),
  matchestext: (node: Node, pattern: string) => new RegExp(pattern).test(textOf(node)),
};

export class HtmlDocument {
  readonly root: Node;
  private readonly $: any;

  constructor(source: string) {
    this.$ = load(source, { pseudos: PSEUDOS as any });
    this.root = this.$.root()[0];
    if (/<template/i.test(source)) for (const node of elementsOf(this.root)) openTemplates(node);
  }

  /** The descendants of these nodes that match, in the order of the document. */
  find(nodes: readonly Node[], selector: string): Node[] {
    try {
      return this.$(nodes).find(translated(selector)).toArray();
    } catch {
      return [];
    }
  }

  /** Those of these nodes that match, in their order. */
  matching(nodes: readonly Node[], selector: string): Node[] {
    let matches: Set<Node>;
    try {
      matches = new Set(this.$(nodes.filter(isElement)).filter(translated(selector)).toArray());
    } catch {
      return [];
    }
    return nodes.filter((node) => matches.has(node));
  }
}

/** The text in a node and all below it. */
export function textOf(node: Node): string {
  if (node.type === "text" || node.type === "cdata") return node.data ?? "";
  return childrenOf(node).map(textOf).join("");
}

const VOID = new Set("area base br col embed hr img input keygen link meta param source track wbr".split(" "));
const RAW = new Set("iframe noembed noframes noscript plaintext script style xmp".split(" "));
/** A line break right after the start tag would be lost when it is read again. */
const KEEPS_BREAK = new Set(["pre", "listing", "textarea"]);
const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "'": "&#39;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&#34;",
  "\r": "&#13;",
};
const escaped = (text: string): string => text.replace(/[&'<>"\r]/g, (character) => ESCAPES[character]!);

/** What is inside of a node, as HTML. */
export const innerHtml = (node: Node): string => childrenOf(node).map(outerHtml).join("");

function outerHtml(node: Node): string {
  switch (node.type) {
    case "text":
    case "cdata":
      return escaped(node.data ?? "");
    case "comment":
      return `<!--${node.data ?? ""}-->`;
    case "directive":
      return `<${(node.data ?? "").replace(/^!doctype/i, "!DOCTYPE")}>`;
    case "root":
      return innerHtml(node);
    default:
      return element(node);
  }
}

function element(node: Node): string {
  const name = node.name ?? "";
  const attributes = Object.entries(node.attribs ?? {}).map(([key, value]) => ` ${key}="${escaped(value)}"`);
  const start = `<${name}${attributes.join("")}`;
  if (VOID.has(name)) return `${start}/>`;
  const children = childrenOf(node);
  const first = children[0];
  const lineBreak = KEEPS_BREAK.has(name) && first?.type === "text" && first.data?.startsWith("\n") ? "\n" : "";
  const inner = RAW.has(name)
    ? children.map((child) => (child.type === "text" ? (child.data ?? "") : outerHtml(child))).join("")
    : innerHtml(node);
  return `${start}>${lineBreak}${inner}</${name}>`;
}
