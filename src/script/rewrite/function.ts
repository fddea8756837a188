/**
 * Functions with twins: the body becomes a generator in place, and a stub with the function's identity stands for it.
 *
 * The stub's text (name, length, what kind of function it is) lies in a *maker*, made once a thread; for each function
 * object the maker is called with the twin. Function declarations keep their hoisting: the generator is a declaration
 * itself, and the stub is assigned at the start of the scope.
 */
import { isFunction, type Node } from "../ast.ts";
import { TwinKind } from "../names.ts";
import type { FunctionFacts } from "../scope.ts";
import type { Context, Frame } from "./context.ts";

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;

/** A name that can be part of an identifier, for the twin's own name in stack traces. */
const twinStem = (name: string): string => (IDENTIFIER.test(name) ? name : "");

/** Formal parameters that count for `length`. */
function arity(fn: FunctionFacts): number {
  const params: Node[] = fn.node.params ?? [];
  const at = params.findIndex((p) => p.type === "AssignmentPattern" || p.type === "RestElement");
  return at < 0 ? params.length : at;
}

/** Declares the maker of a function's stub in the prelude and returns the maker's name. */
export function declareMaker(c: Context, fn: FunctionFacts): string {
  const maker = c.fresh("m");
  const names = Array.from({ length: arity(fn) }, (_, i) => `a${i}`);
  const key = JSON.stringify(fn.name);
  const kind = c.kindOf(fn);
  const drive = c.helper(kind === TwinKind.Sync ? "d" : kind === TwinKind.Async ? "da" : kind === TwinKind.Generator ? "dg" : "dag");
  let text: string;
  if (fn.kind === "arrow") {
    const passed = [...names, "...r"].join();
    text = `(${passed})=>${drive}(t,void 0,[${passed}])`;
    text = `({${key}:${text}})[${key}]`;
  } else {
    const params = names.join();
    const run = kind === TwinKind.Generator ? `return yield* ${drive}(t,this,arguments)` : `return ${drive}(t,this,arguments)`;
    const star = kind === TwinKind.Generator ? "*" : "";
    const plain = fn.kind === "function" && (kind === TwinKind.Sync || kind === TwinKind.Generator);
    if (plain) text = `({${key}:function${star}(${params}){${run}}})[${key}]`;
    else text = `({${star}${key}(${params}){${run}}})[${key}]`;
  }
  c.prelude.push(`const ${maker}=t=>${text};`);
  return maker;
}

/** Position right behind the body's opening brace and directives. */
export function bodyStart(body: Node): number {
  let at = body.type === "Program" ? body.start : body.start + 1;
  for (const statement of body.body) {
    if (typeof statement.directive !== "string") break;
    at = statement.end;
  }
  return at;
}

/** What a rewritten function body declares first: temporaries and aliases for its arrows. */
export function prologue(c: Context, frame: Frame): string {
  const names = [...(frame.needsCallTemp ? [`${c.prefix}t`] : []), ...frame.temps];
  let text = names.length > 0 ? `let ${names.join()};` : "";
  if (frame.needsArguments) text += `const ${c.prefix}A=arguments;`;
  if (frame.needsSuper) text += `const ${c.prefix}S=k=>super[k];`;
  return text;
}

/**
 * Rewrites parameters that a generator could not hold: they call, or their errors belong into a promise.
 *
 * `(a, b = f()) {` becomes `(...p) { let [a, b = f()] = p;`.
 */
function moveParams(c: Context, frame: Frame, open: number, bodyOpen: number): void {
  const { fn } = frame;
  const params: Node[] = fn.node.params;
  const all = c.fresh("P");
  const last = params.at(-1)!;
  const close = c.find(")", last.end);
  c.text.appendLeft(open + 1, `...${all}){${prologue(c, frame)}var [`);
  c.replace(close, bodyOpen + 1, `]=${all};`);
}

/** Puts the prologue, and the parameters where they need it, into a twin's body; `open` is the `(` of the parameters. */
export function openBody(c: Context, frame: Frame, open: number, body: Node): void {
  if (frame.fn.paramsCall) moveParams(c, frame, open, body.start);
  else c.text.appendLeft(bodyStart(body), prologue(c, frame));
}

/** Rewrites the head and end of a function whose body has been rewritten as a twin already. */
export function rewriteFunction(c: Context, frame: Frame): void {
  const { fn } = frame;
  const { node } = fn;
  const maker = declareMaker(c, fn);
  const kind = c.kindOf(fn);
  const twinName = `${twinStem(fn.name)}${c.fresh("t")}`;

  if (node.type === "ArrowFunctionExpression") {
    rewriteArrow(c, frame, maker, twinName);
    return;
  }
  const open = c.find("(", node.id ? node.id.end : afterKeywords(c, node.start));
  openBody(c, frame, open, node.body);

  if (node.type === "FunctionDeclaration") {
    c.replace(node.start, open, `function*${twinName}`);
    const local = node.id ? node.id.name : `${c.prefix}default`;
    const container = containerOf(c, node);
    c.hoist(container.position, `${container.keyword} ${local}=${c.helper("f")}(${maker},${twinName},${kind});`);
    return;
  }
  c.replace(node.start, open, `function*${twinName}`);
  let before = `${c.helper("f")}(${maker},`;
  let after = `,${kind})`;
  if (node.id) {
    before = `(()=>{const ${node.id.name}=${before}`;
    after = `${after};return ${node.id.name}})()`;
  }
  c.wrap(node.start, node.end, before, after);
}

function rewriteArrow(c: Context, frame: Frame, maker: string, twinName: string): void {
  const { fn } = frame;
  const { node } = fn;
  const expression = node.body.type !== "BlockStatement";
  const kind = c.kindOf(fn);
  const first = c.skipBlank(node.async ? node.start + 5 : node.start);
  const parenthesised = c.source[first] === "(";
  const start = `(function*${twinName}(`;
  const head = prologue(c, frame);
  const bodyOpen = expression ? `{${head}return ` : "";
  if (fn.paramsCall) {
    // only parenthesised parameters can hold calls
    const all = c.fresh("P");
    const close = c.find(")", node.params.at(-1).end);
    c.replace(node.start, first + 1, `${start}...${all}){${head}var [`);
    c.replace(close, expression ? node.body.start : node.body.start + 1, `]=${all};${expression ? "return " : ""}`);
  } else {
    if (parenthesised) {
      const close = c.find(")", node.params.length > 0 ? node.params.at(-1).end : first);
      c.replace(node.start, first + 1, start);
      c.replace(close, node.body.start, `)${bodyOpen}`);
    } else {
      if (first > node.start) c.replace(node.start, first, start);
      else c.text.prependRight(node.start, start);
      c.replace(node.params[0].end, node.body.start, `)${bodyOpen}`);
    }
    if (!expression) c.text.appendLeft(bodyStart(node.body), head);
  }
  const bind = fn.usesThis ? ".bind(this)" : "";
  c.text.appendLeft(node.end, `${expression ? "}" : ""})${bind},${kind})`);
  c.text.prependRight(node.start, `${c.helper("f")}(${maker},`);
}

/** Rewrites `{ key() {} }` into `{ key: <function with twin> }`. */
export function rewriteObjectMethod(c: Context, frame: Frame, property: Node): void {
  const { fn } = frame;
  const value = property.value;
  const maker = declareMaker(c, fn);
  const keyOpen = property.computed ? c.source.lastIndexOf("[", property.key.start) : property.key.start;
  if (keyOpen > property.start) c.replace(property.start, keyOpen, "");
  openBody(c, frame, value.start, value.body);
  c.text.prependRight(value.start, `:${c.helper("f")}(${maker},function*${twinStem(fn.name)}${c.fresh("t")}`);
  c.text.appendLeft(value.end, `,${c.kindOf(fn)})`);
}

function afterKeywords(c: Context, start: number): number {
  const match = /^(async\b\s*)?function\b/.exec(c.source.slice(start));
  return start + (match ? match[0].length : 0);
}

/** Where the stub of a function declaration is assigned, and how it is declared there. */
function containerOf(c: Context, node: Node): { position: number; keyword: string } {
  const found = c.containers.get(node);
  if (found === undefined) throw new Error("internal error: function declaration without a scope");
  return found;
}

/** Remembers for each function declaration the scope it is hoisted to. */
export function recordContainers(c: Context): void {
  const visit = (node: Node, functionBody: Node) => {
    const body: Node[] | undefined = node.type === "Program" || node.type === "BlockStatement" || node.type === "StaticBlock" ? node.body : undefined;
    if (body) {
      for (const statement of body) {
        const declaration =
          statement.type === "ExportNamedDeclaration" || statement.type === "ExportDefaultDeclaration" ? statement.declaration : statement;
        if (declaration?.type === "FunctionDeclaration") {
          const top = node === functionBody;
          c.containers.set(declaration, {
            position: node.type === "StaticBlock" ? c.source.indexOf("{", node.start) + 1 : bodyStart(node),
            keyword: top ? "var" : "let",
          });
        }
      }
    }
    if (node.type === "SwitchStatement") {
      for (const kase of node.cases) {
        for (const statement of kase.consequent) {
          if (statement.type === "FunctionDeclaration") c.containers.set(statement, { position: statement.start, keyword: "var" });
        }
      }
    }
    for (const key in node) {
      const value = node[key];
      const children = Array.isArray(value) ? value : [value];
      for (const child of children) {
        if (child === null || typeof child !== "object" || typeof child.type !== "string") continue;
        if (child.type === "LabeledStatement" && child.body.type === "FunctionDeclaration") {
          c.containers.set(child.body, { position: child.start, keyword: "var" });
        }
        if ((node.type === "IfStatement" || child.type === "FunctionDeclaration") && !c.containers.has(child) && child.type === "FunctionDeclaration") {
          c.containers.set(child, { position: node.start, keyword: "var" });
        }
        visit(child, isFunction(node) && node.body === child ? child : functionBody);
      }
    }
  };
  visit(c.facts.tree, c.facts.tree);
}
