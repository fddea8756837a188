/**
 * Functions with twins: the body becomes a generator in place, and a stub with the function's identity stands for it.
 *
 * The stub's text (name, length, what kind of function it is) lies in a *maker*, made once a thread; for each function
 * object the maker is called with the twin. Function declarations keep their hoisting: the generator is a declaration
 * itself, and the stub is assigned at the start of the scope; it finds the twin by its name there, which spares every
 * such function of every VU a scope of its own.
 */
import { forEachChild, isFunction, type Node } from "../ast.ts";
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
  if (fn.generator) {
    // generators find the prototype of their objects in the function
    const key = JSON.stringify(fn.name);
    const make = `${c.helper(fn.async ? "dag" : "dg")}(f,t,this,arguments,${c.kindOf(fn)})`;
    c.prelude.push(
      `const ${maker}=t=>{const f=({${key}(${parameters(fn).join()}){return ${make}}})[${key}];return f};`,
    );
  } else c.prelude.push(`const ${maker}=t=>${stubText(c, fn, "t")};`);
  return maker;
}

const parameters = (fn: FunctionFacts): string[] => Array.from({ length: arity(fn) }, (_, i) => `a${i}`);

/** The stub of a function that is no generator; `twin` is the twin's name there. */
function stubText(c: Context, fn: FunctionFacts, twin: string): string {
  const names = parameters(fn);
  const key = JSON.stringify(fn.name);
  const kind = c.kindOf(fn);
  const drive = c.helper(kind === TwinKind.Async ? "da" : "d");
  if (fn.kind === "arrow") {
    const passed = [...names, "...r"].join();
    return `({${key}:(${passed})=>${drive}(${twin},void 0,[${passed}])})[${key}]`;
  }
  const open = fn.kind === "function" && kind === TwinKind.Sync ? ":function" : "";
  return `({${key}${open}(${names.join()}){return ${drive}(${twin},this,arguments)}})[${key}]`;
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

/** What a rewritten function body declares first: its temporaries. */
export function prologue(c: Context, frame: Frame): string {
  const names = [...(frame.needsCallTemp ? [`${c.prefix}t`] : []), ...frame.temps];
  return names.length > 0 ? `let ${names.join()};` : "";
}

/** Behind the parameters, where those are evaluated by the body of a generator. */
const afterParams = (c: Context, fn: FunctionFacts): string => (fn.generator ? `yield ${c.helper("go")};` : "");

/**
 * Puts the prologue into a twin's body; `open` is the `(` of the parameters.
 *
 * Parameters that call move into the body, because a generator cannot suspend in its own: `(a, b = f()) {` becomes
 * `(...p) { let t; let {0:a, 1:b = f()} = p;`.
 */
export function openBody(c: Context, frame: Frame, open: number, body: Node): void {
  const { fn } = frame;
  if (!fn.paramsCall) {
    c.text.appendLeft(bodyStart(body), prologue(c, frame));
    return;
  }
  const { names, keyword, values } = moveParameters(c, fn);
  const close = c.find(")", fn.node.params.at(-1).end);
  c.text.appendLeft(open + 1, `${names}){${prologue(c, frame)}${keyword} {`);
  c.replace(close, body.start + 1, `}=${values};${afterParams(c, fn)}`);
}

/**
 * Makes properties of the parameters: `a, b = f(), ...r` becomes `0:a, 1:b = f(), 2:r`, since a script may have put
 * something of its own in place of an array's iterator.
 *
 * @returns What stands in place of the parameters, what declares them, and the object that has the properties.
 */
function moveParameters(c: Context, fn: FunctionFacts): { names: string; keyword: string; values: string } {
  // using a parameter before it has its value is an error
  const keyword = fn.redeclaresParams ? "var" : "let";
  const params: Node[] = fn.node.params;
  const stem = c.fresh("P");
  params.forEach((param, index) => {
    if (param.type === "RestElement") c.replace(param.start, param.argument.start, `${index}:`);
    else c.text.prependRight(param.start, `${index}:`);
  });
  if (params.at(-1)!.type !== "RestElement") return { names: `...${stem}`, keyword, values: stem };
  const all = params.map((_, index) => `${stem}_${index}`);
  const names = [...all.slice(0, -1), `...${all.at(-1)}`];
  return { names: names.join(), keyword, values: `[${all.join()}]` };
}

/** Rewrites the head and end of a function whose body has been rewritten as a twin already. */
export function rewriteFunction(c: Context, frame: Frame, enclosing: Frame): void {
  const { fn } = frame;
  const { node } = fn;
  const kind = c.kindOf(fn);
  const twinName = `${twinStem(fn.name)}${c.fresh("t")}`;

  if (node.type === "ArrowFunctionExpression") {
    rewriteArrow(c, frame, enclosing, declareMaker(c, fn), twinName);
    return;
  }
  const open = c.find("(", node.id ? node.id.end : afterKeywords(c, node.start));
  openBody(c, frame, open, node.body);

  if (node.type === "FunctionDeclaration") {
    c.replace(node.start, open, `function*${twinName}`);
    const local = node.id ? node.id.name : `${c.prefix}default`;
    const container = containerOf(c, node);
    const made = fn.generator
      ? `${c.helper("f")}(${declareMaker(c, fn)}`
      : `${c.helper("fs")}(${stubText(c, fn, twinName)}`;
    c.hoist(container.position, `${container.keyword} ${local}=${made},${twinName},${kind});`);
    return;
  }
  c.replace(node.start, open, `function*${twinName}`);
  let before = `${c.functionHelper(fn)}(${declareMaker(c, fn)},`;
  let after = `,${kind})`;
  if (node.id) {
    before = `(()=>{const ${node.id.name}=${before}`;
    after = `${after};return ${node.id.name}})()`;
  }
  c.wrap(node.start, node.end, before, after);
}

/** What an arrow function that becomes a generator must be told of the function around it: names and values. */
function aliasesOf(c: Context, fn: FunctionFacts): [name: string, value: string][] {
  const { prefix } = c;
  const aliases: [string, string][] = [];
  const owner = c.ownerOf(fn);
  if (fn.usesArguments) aliases.push([`${prefix}A`, "arguments"]);
  if (fn.usesSuper) aliases.push([`${prefix}S`, `k=>${c.helper("sup")}(()=>super[k],x=>{super[k]=x})`]);
  if (fn.callsSuper) aliases.push([`${prefix}U`, "(...a)=>super(...a)"]);
  if (fn.usesNewTarget) aliases.push([`${prefix}N`, owner.kind === "module" ? "void 0" : "new.target"]);
  if (fn.usesThis && c.hasLateThis(fn)) aliases.push([`${prefix}T`, "()=>this"]);
  return aliases;
}

function rewriteArrow(c: Context, frame: Frame, enclosing: Frame, maker: string, twinName: string): void {
  const { fn } = frame;
  const { node } = fn;
  const expression = node.body.type !== "BlockStatement";
  const kind = c.kindOf(fn);
  const first = c.skipBlank(node.async ? node.start + 5 : node.start);
  const parenthesised = c.source[first] === "(";
  const aliases = enclosing.aliased ? [] : aliasesOf(c, fn);
  const open = aliases.length > 0 ? `((${aliases.map(([name]) => name).join()})=>` : "(";
  const start = `${open}function*${twinName}(`;
  const head = prologue(c, frame);
  if (fn.paramsCall) {
    // only parenthesised parameters can hold calls
    const { names, keyword, values } = moveParameters(c, fn);
    const close = c.find(")", node.params.at(-1).end);
    c.replace(node.start, first + 1, `${start}${names}){${head}${keyword} {`);
    c.replace(close, expression ? node.body.start : node.body.start + 1, `}=${values};${expression ? "return " : ""}`);
  } else {
    const bodyOpen = expression ? `{${head}return ` : "";
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
  const late = c.hasLateThis(fn);
  const bind = fn.usesThis && !late ? `.bind(${c.thisText(enclosing)})` : "";
  const given = aliases.length > 0 ? `)(${aliases.map(([, value]) => value).join()})` : ")";
  c.text.appendLeft(node.end, `${expression ? "}" : ""}${given}${bind},${kind})`);
  c.text.prependRight(node.start, `${c.functionHelper(fn)}(${maker},`);
}

/** Rewrites `{ key() {} }` into `{ key: <function with twin> }`; returns whether the object needs `om` around it. */
export function rewriteObjectMethod(c: Context, frame: Frame, property: Node): boolean {
  const { fn } = frame;
  const value = property.value;
  const maker = declareMaker(c, fn);
  const keyOpen = property.computed ? c.source.lastIndexOf("[", property.key.start) : property.key.start;
  if (keyOpen > property.start) c.replace(property.start, keyOpen, "");
  openBody(c, frame, value.start, value.body);
  // without brackets it would be the object's prototype
  if (!property.computed && fn.key === "__proto__") c.replace(property.key.start, property.key.end, '["__proto__"]');
  if (fn.usesSuper) {
    // only a method has a `super`: the twin is a method itself, under a hidden key
    c.text.prependRight(value.start, `:${c.helper("hs")}(${maker},${c.kindOf(fn)}),*[${c.helper("hl")}()]`);
    return true;
  }
  c.text.prependRight(value.start, `:${c.functionHelper(fn)}(${maker},function*${twinStem(fn.name)}${c.fresh("t")}`);
  c.text.appendLeft(value.end, `,${c.kindOf(fn)})`);
  return c.unnamed.has(fn);
}

function afterKeywords(c: Context, start: number): number {
  let at = start;
  if (c.source.startsWith("async", at)) at = c.skipBlank(at + "async".length);
  return at + "function".length;
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
    const body: Node[] | undefined =
      node.type === "Program" || node.type === "BlockStatement" || node.type === "StaticBlock" ? node.body : undefined;
    if (body) {
      for (const statement of body) {
        let declaration =
          statement.type === "ExportNamedDeclaration" || statement.type === "ExportDefaultDeclaration"
            ? statement.declaration
            : statement;
        while (declaration?.type === "LabeledStatement") declaration = declaration.body;
        if (declaration?.type === "FunctionDeclaration") {
          const isVariable = node === functionBody || c.facts.hoistedFromBlocks.has(declaration);
          c.containers.set(declaration, {
            position: node.type === "StaticBlock" ? c.source.indexOf("{", node.start) + 1 : bodyStart(node),
            keyword: isVariable ? "var" : "let",
          });
        }
      }
    }
    if (node.type === "SwitchStatement") {
      for (const kase of node.cases) {
        for (const statement of kase.consequent) {
          if (statement.type === "FunctionDeclaration")
            c.containers.set(statement, { position: statement.start, keyword: "var" });
        }
      }
    }
    forEachChild(node, (child) =>
      visit(child, (isFunction(node) && node.body === child) || child.type === "StaticBlock" ? child : functionBody),
    );
  };
  visit(c.facts.tree, c.facts.tree);
}
