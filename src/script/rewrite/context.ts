/**
 * What the rewriting of one module carries along: the text being edited, the facts, and names that scripts cannot hold.
 *
 * Text is inserted within lines and replaced text keeps its line breaks; functions that are lifted (`lift.ts`) move, and
 * what is behind them moves up. The map knows of all of it (`positions.ts`).
 */
import type { EditedText } from "./edited-text.ts";
import type { Analysis, AnalysedModule } from "../analyse.ts";
import { isTwinable } from "../analyse.ts";
import type { Node } from "../ast.ts";
import { type HelperName, TwinKind } from "../names.ts";
import { type FunctionFacts, type ModuleFacts, isDerivedConstructor } from "../scope.ts";

/** Names and insertions of one function while its body is rewritten. */
export interface Frame {
  fn: FunctionFacts;
  /** Rewritten as a generator: calls in it may suspend. */
  twin: boolean;
  /** Inside of an arrow function that became a generator: `arguments`, `super` and `new.target` go by other names. */
  aliased: boolean;
  temps: string[];
  needsCallTemp: boolean;
}

export class Context {
  readonly text: EditedText;
  readonly source: string;
  readonly facts: ModuleFacts;
  readonly module: AnalysedModule;
  readonly analysis: Analysis;
  readonly prefix: string;
  /** CommonJS: `module` and `exports` are there. */
  readonly commonJs: boolean;
  /** The module's own code never waits: it is a function, not a generator. */
  readonly plain: boolean;
  /** Declarations evaluated once a thread, before the factory. */
  readonly prelude: string[] = [];
  readonly requests: readonly string[];
  /** Declared at the start of a block or function body: position -> text. */
  readonly hoisted = new Map<number, string[]>();
  /** Where the stub of each function declaration is assigned. */
  readonly containers = new Map<Node, { position: number; keyword: string }>();
  /** Names that are replaced by text which can throw. */
  readonly kept: Node[] = [];
  /** Functions that take their name from a computed key. */
  readonly unnamed = new Set<FunctionFacts>();
  /** What has a continuation behind it. */
  readonly calls: Node[] = [];
  private counter = 0;

  constructor(init: {
    text: EditedText;
    source: string;
    module: AnalysedModule;
    analysis: Analysis;
    prefix: string;
    commonJs: boolean;
    plain: boolean;
  }) {
    this.text = init.text;
    this.source = init.source;
    this.module = init.module;
    this.facts = init.module.facts;
    this.analysis = init.analysis;
    this.prefix = init.prefix;
    this.commonJs = init.commonJs;
    this.plain = init.plain;
    this.requests = this.facts.requests;
  }

  helper(name: HelperName): string {
    return this.prefix + name;
  }

  fresh(stem: string): string {
    return `${this.prefix}${stem}${++this.counter}`;
  }

  /** Whether a function is rewritten into a stub and a twin. */
  hasTwin(fn: FunctionFacts): boolean {
    if (fn.kind === "module") return !this.plain;
    if (fn.async) return true;
    return fn.mayBlock && isTwinable(fn);
  }

  kindOf(fn: FunctionFacts): TwinKind {
    if (!fn.generator) return fn.async ? TwinKind.Async : TwinKind.Sync;
    if (fn.paramsCall) return fn.async ? TwinKind.LateAsyncGenerator : TwinKind.LateGenerator;
    return fn.async ? TwinKind.AsyncGenerator : TwinKind.Generator;
  }

  /** The function whose `this` code in `fn` means. */
  ownerOf(fn: FunctionFacts): FunctionFacts {
    while (fn.kind === "arrow" && fn.parent) fn = fn.parent;
    return fn;
  }

  /** In what became a generator, `this` of a derived constructor is a call, as it may not be there yet. */
  hasLateThis(fn: FunctionFacts): boolean {
    return isDerivedConstructor(this.ownerOf(fn));
  }

  /** How `this` is read. */
  thisText(frame: Frame): string {
    const owner = this.ownerOf(frame.fn);
    if (owner.kind === "module") {
      if (this.commonJs) return "this";
      // k6 gives the arrow functions of an ES module the global object, where scripts keep things between iterations
      return frame.fn === owner ? "(void 0)" : `${this.prefix}g`;
    }
    if (frame.aliased && this.hasLateThis(frame.fn)) return `${this.prefix}T()`;
    // what a sloppy function finds in place of undefined is the VU's global object
    return owner.strict ? "this" : `(this===${this.helper("G")}?${this.prefix}g:this)`;
  }

  /** Replaces [start, end) by `content` plus the line breaks that stood there. */
  replace(start: number, end: number, content: string): void {
    if (start === end) {
      if (content) this.text.appendLeft(start, content);
      return;
    }
    const breaks = this.source.slice(start, end).match(/\r\n|[\n\r\u2028\u2029]/g);
    this.text.update(start, end, breaks ? `${breaks.join("")}${content}` : content || " ");
  }

  /** The same with the line breaks behind the new text, where a break in front of it would end a statement. */
  replaceBefore(start: number, end: number, content: string): void {
    const breaks = this.source.slice(start, end).match(/\r\n|[\n\r\u2028\u2029]/g);
    this.text.update(start, end, breaks ? `${content}${breaks.join("")}` : content);
  }

  /** Ends a statement that relies on automatic semicolons: what follows may begin with a parenthesis now. */
  terminate(node: Node): void {
    if (this.source[node.end - 1] !== ";") this.text.appendLeft(node.end, ";");
  }

  /** Puts text around [start, end), outside of what is there already. */
  wrap(start: number, end: number, before: string, after: string): void {
    this.text.prependRight(start, before);
    this.text.appendLeft(end, after);
  }

  /** The same around an expression, which may be several behind commas. */
  wrapExpression(node: Node, before: string, after: string): void {
    const isList = node.type === "SequenceExpression";
    this.wrap(node.start, node.end, isList ? `${before}(` : before, isList ? `)${after}` : after);
  }

  /** The helper that makes the function of a maker and a twin. */
  functionHelper(fn: FunctionFacts): string {
    return this.helper(this.unnamed.has(fn) ? "fu" : "f");
  }

  hoist(position: number, content: string): void {
    const list = this.hoisted.get(position);
    if (list) list.push(content);
    else this.hoisted.set(position, [content]);
  }

  /** The first position at or after `from` that is neither blank nor comment. */
  skipBlank(from: number): number {
    const { source } = this;
    for (let at = from; ; ) {
      const c = source.charCodeAt(at);
      if (c === 32 || (c >= 9 && c <= 13) || c === 0xa0 || c === 0xfeff || c === 0x2028 || c === 0x2029) at++;
      else if (c === 47 && source.charCodeAt(at + 1) === 47) {
        while (at < source.length && !/[\n\r\u2028\u2029]/.test(source[at]!)) at++;
      } else if (c === 47 && source.charCodeAt(at + 1) === 42) at = source.indexOf("*/", at) + 2;
      else return at;
    }
  }

  /** Position of the next `token` after `from`, blanks and comments skipped; other punctuation may lie between. */
  find(token: string, from: number): number {
    for (let at = this.skipBlank(from); ; at = this.skipBlank(at + 1)) {
      if (this.source.startsWith(token, at)) return at;
      if (at >= this.source.length) throw new Error(`internal error: no ${token} after ${from}`);
    }
  }

  slice(node: Node): string {
    return this.source.slice(node.start, node.end);
  }
}
