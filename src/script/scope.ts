/**
 * Who is meant by each name, and what each function holds: the facts that analysis and rewriting share.
 *
 * One pass over a module makes a `ModuleFacts`: bindings, which binding each identifier refers to (none: it is free),
 * and one `FunctionFacts` for each function, the module's own top level included.
 */
import { forEachChild, isFunction, isLoop, type Node, patternNames, unwrap } from "./ast.ts";

export type BindingKind = "import" | "var" | "let" | "const" | "function" | "class" | "param" | "catch";

export interface Binding {
  name: string;
  kind: BindingKind;
  /** Assigned somewhere other than where it is declared. */
  reassigned: boolean;
  /** For imports: which request and which exported name (`*` for the namespace). */
  from?: { request: string; imported: string };
  /** What it is bound to, where the declaration says so: a function, class or other expression. */
  value?: Node;
  /** Used other than as a direct callee. */
  escapes: boolean;
  /** Used other than to read or call its members: someone may hold or change the object. */
  leaks: boolean;
}

export interface FunctionFacts {
  node: Node;
  kind: "module" | "function" | "arrow" | "method" | "getter" | "setter" | "constructor" | "initializer";
  name: string;
  parent: FunctionFacts | undefined;
  async: boolean;
  generator: boolean;
  /** Calls, constructions and tagged templates directly inside (not in nested functions). */
  calls: Node[];
  /** for-of loops, spreads and array patterns directly inside: they call next(). */
  iterates: boolean;
  /** A loop that may run for long: no test, a constant test, or a test that calls. */
  spins: boolean;
  hasAwait: boolean;
  /** Through nested arrows too. */
  usesThis: boolean;
  usesArguments: boolean;
  /** `arguments.callee` in sloppy code, which in a twin would be the twin. */
  usesCallee: boolean;
  usesSuper: boolean;
  /** `super(...)`, not only `super.x`. */
  callsSuper: boolean;
  /** An arrow function in it does. */
  callsSuperInside: boolean;
  usesNewTarget: boolean;
  strict: boolean;
  /**
   * Declared directly in a `case`, or as the body of an `if` or label: hoisted in ways that no stub can follow. Or an
   * expression of sloppy code that assigns its own name, which does nothing.
   */
  declaredOddly: boolean;
  /** The class a method or constructor belongs to. */
  owner: Node | undefined;
  /** Key of a method with a plain name. */
  key: string | undefined;
  isStatic: boolean;
  privateName: boolean;
  /** Parameters contain calls or awaits, so a generator cannot take them as they stand. */
  paramsCall: boolean;
  /** The body declares one of the parameters again, as a variable or function. */
  redeclaresParams: boolean;
  /** Set by the analysis. */
  mayBlock: boolean;
}

export const isDerivedConstructor = (fn: FunctionFacts): boolean =>
  fn.kind === "constructor" && fn.owner?.superClass != null;

export interface ModuleFacts {
  tree: Node;
  functions: Map<Node, FunctionFacts>;
  top: FunctionFacts;
  references: Map<Node, Binding>;
  /** Identifiers that refer to no binding of the module. */
  free: Set<Node>;
  /** Names of those that are assigned. */
  writtenFree: Set<string>;
  /** The function that directly holds a node of interest (identifiers, calls, loops, `this`). */
  holder: Map<Node, FunctionFacts>;
  requests: string[];
  /** exported name -> local name (`*default*` for an anonymous default), or a re-export. */
  exports: Map<string, { local: string } | { request: string; imported: string }>;
  starExports: string[];
  topBindings: Map<string, Binding>;
  /** Property names under which functions are stored: obj.name = f, { name: f }, methods. */
  stored: Map<string, Node[]>;
  /** Values stored under names that are made at run time: obj[name] = f, { [name]: f }. */
  storedAnywhere: Node[];
  /** Functions declared in blocks of sloppy code that are variables of the function around, too (ECMA-262 B.3.2). */
  hoistedFromBlocks: Set<Node>;
}

type Scope = {
  names: Map<string, Binding>;
  parent: Scope | undefined;
  isFunction: boolean;
  redeclaresParams?: boolean;
};

/** Statements, and the parts of them that hold statements: where declarations can lie. */
const EXPRESSION_FREE = new Set([
  "Program",
  "BlockStatement",
  "StaticBlock",
  "IfStatement",
  "ForStatement",
  "ForInStatement",
  "ForOfStatement",
  "WhileStatement",
  "DoWhileStatement",
  "TryStatement",
  "CatchClause",
  "SwitchStatement",
  "SwitchCase",
  "LabeledStatement",
  "WithStatement",
  "VariableDeclaration",
  "ExportNamedDeclaration",
]);

/** The name that a computed key stands for, where it says so itself. */
const literalKey = (key: Node): string | undefined => {
  const value = unwrap(key);
  return value.type === "Literal" && typeof value.value === "string" ? value.value : undefined;
};
const keyOf = (member: Node): string | undefined =>
  member.computed ? literalKey(member.key) : String(member.key.name ?? member.key.value);

/** Stands for the name of a default export that has none. */
const NAMELESS = "*default*";

const NO_NAMES: ReadonlySet<string> = new Set();

const usesStrict = (body: Node): boolean =>
  Array.isArray(body.body) && body.body.some((statement: Node) => statement.directive === "use strict");

export function collectFacts(tree: Node): ModuleFacts {
  const functions = new Map<Node, FunctionFacts>();
  const references = new Map<Node, Binding>();
  const free = new Set<Node>();
  const writtenFree = new Set<string>();
  const holder = new Map<Node, FunctionFacts>();
  const exports: ModuleFacts["exports"] = new Map();
  const requests: string[] = [];
  const starExports: string[] = [];
  const stored = new Map<string, Node[]>();
  const storedAnywhere: Node[] = [];
  const hoistedFromBlocks = new Set<Node>();

  /** Classes around: all of a class is strict code, its heritage and computed names too. */
  let classDepth = 0;

  const newFacts = (
    node: Node,
    kind: FunctionFacts["kind"],
    parent: FunctionFacts | undefined,
    name = "",
  ): FunctionFacts => {
    const facts: FunctionFacts = {
      node,
      kind,
      name,
      parent,
      async: node.async === true,
      generator: node.generator === true,
      calls: [],
      iterates: false,
      spins: false,
      hasAwait: false,
      usesThis: false,
      usesArguments: false,
      usesCallee: false,
      usesSuper: false,
      callsSuper: false,
      callsSuperInside: false,
      usesNewTarget: false,
      strict: parent?.strict === true || classDepth > 0,
      declaredOddly: false,
      owner: undefined,
      key: undefined,
      isStatic: false,
      privateName: false,
      paramsCall: false,
      redeclaresParams: false,
      mayBlock: false,
    };
    functions.set(node, facts);
    return facts;
  };
  const top = newFacts(tree, "module", undefined);
  top.strict = tree.sourceType === "module" || usesStrict(tree);
  const topScope: Scope = { names: new Map(), parent: undefined, isFunction: true };

  const declare = (scope: Scope, identifier: Node, kind: BindingKind, value?: Node): Binding => {
    const known = scope.names.get(identifier.name);
    if (known !== undefined && (kind === "var" || kind === "function" || known.kind === "param")) {
      if (known.kind === "param") scope.redeclaresParams = true;
      if (kind === "function" && value) known.value = value;
      else if (value === undefined || known.value !== undefined) known.reassigned = true;
      references.set(identifier, known);
      return known;
    }
    const binding: Binding = { name: identifier.name, kind, reassigned: false, escapes: false, leaks: false };
    if (value) binding.value = value;
    scope.names.set(identifier.name, binding);
    references.set(identifier, binding);
    return binding;
  };

  /** let, const, class and function declarations of one block. */
  const declareLexical = (body: Node[], scope: Scope, functionLevel: boolean) => {
    for (let statement of body) {
      if (statement.type === "ExportNamedDeclaration" || statement.type === "ExportDefaultDeclaration") {
        if (!statement.declaration) continue;
        statement = statement.declaration;
      }
      while (statement.type === "LabeledStatement") statement = statement.body;
      if (statement.type === "VariableDeclaration" && statement.kind !== "var") {
        for (const d of statement.declarations) {
          patternNames(d.id, (id) =>
            declare(
              scope,
              id,
              statement.kind === "const" ? "const" : "let",
              d.id === id ? (d.init ?? undefined) : undefined,
            ),
          );
        }
      } else if (statement.type === "FunctionDeclaration" && statement.id) {
        declare(scope, statement.id, functionLevel ? "function" : "function", statement);
      } else if (statement.type === "ClassDeclaration" && statement.id) {
        declare(scope, statement.id, "class", statement);
      } else if (statement.type === "ImportDeclaration") {
        for (const s of statement.specifiers) {
          const imported =
            s.type === "ImportDefaultSpecifier"
              ? "default"
              : s.type === "ImportNamespaceSpecifier"
                ? "*"
                : (s.imported.name ?? s.imported.value);
          declare(scope, s.local, "import").from = { request: statement.source.value, imported };
        }
      }
    }
  };
  /** var declarations anywhere in a function, nested functions excluded. */
  const declareVars = (node: Node, scope: Scope): void => {
    if (isFunction(node) || node.type === "ClassDeclaration" || node.type === "ClassExpression") return;
    if (!EXPRESSION_FREE.has(node.type)) return;
    if (node.type === "VariableDeclaration" && node.kind === "var") {
      for (const d of node.declarations)
        patternNames(d.id, (id) => declare(scope, id, "var", d.id === id ? (d.init ?? undefined) : undefined));
    }
    forEachChild(node, (child) => declareVars(child, scope));
  };

  /**
   * Functions in blocks of sloppy code: each is a variable of the function around it too, unless a `let` or a parameter
   * of that name lies between (ECMA-262 B.3.2.1).
   */
  const hoistFromBlocks = (node: Node, scope: Scope, taken: ReadonlySet<string>, isBlock: boolean): void => {
    if (isFunction(node) || !EXPRESSION_FREE.has(node.type)) return;
    let around = taken;
    let list: Node[] | undefined;
    if (node.type === "BlockStatement") list = node.body;
    else if (node.type === "SwitchStatement") list = node.cases.flatMap((c: Node) => c.consequent);
    else if (node.type === "IfStatement")
      list = [node.consequent, node.alternate].filter((n) => n?.type === "FunctionDeclaration");
    if (list && isBlock) {
      const lexical = new Set<string>();
      for (const statement of list) {
        if (statement.type === "VariableDeclaration" && statement.kind !== "var") {
          for (const d of statement.declarations) patternNames(d.id, (id) => lexical.add(id.name));
        } else if (statement.type === "ClassDeclaration") lexical.add(statement.id.name);
      }
      if (lexical.size > 0) around = new Set([...around, ...lexical]);
      for (let statement of list) {
        while (statement.type === "LabeledStatement") statement = statement.body;
        if (statement.type !== "FunctionDeclaration" || statement.async || statement.generator) continue;
        const { id } = statement;
        const known = scope.names.get(id.name);
        if (around.has(id.name) || (known !== undefined && known.kind !== "var" && known.kind !== "function")) continue;
        hoistedFromBlocks.add(statement);
        if (known === undefined) {
          scope.names.set(id.name, {
            name: id.name,
            kind: "function",
            reassigned: true,
            escapes: true,
            leaks: true,
            value: statement,
          });
        } else known.reassigned = true;
      }
      // a function of an outer block stands in the way of one of an inner block
      const functions = list.filter((s) => s.type === "FunctionDeclaration").map((s) => s.id.name);
      if (functions.length > 0) around = new Set([...around, ...functions]);
    } else if (isLoop(node) || node.type === "CatchClause") {
      const lexical = new Set<string>();
      const head = node.type === "ForStatement" ? node.init : node.left;
      if (head?.type === "VariableDeclaration" && head.kind !== "var") {
        for (const d of head.declarations) patternNames(d.id, (id) => lexical.add(id.name));
      }
      if (node.type === "CatchClause" && node.param) patternNames(node.param, (id) => lexical.add(id.name));
      if (lexical.size > 0) around = new Set([...around, ...lexical]);
    }
    forEachChild(node, (child) => hoistFromBlocks(child, scope, around, true));
  };

  const lookup = (name: string, scope: Scope | undefined): Binding | undefined => {
    for (let s = scope; s; s = s.parent) {
      const binding = s.names.get(name);
      if (binding) return binding;
    }
    return undefined;
  };
  const refer = (identifier: Node, scope: Scope, fn: FunctionFacts, use: "read" | "write" | "callee" | "member") => {
    if (references.has(identifier)) return;
    holder.set(identifier, fn);
    const binding = lookup(identifier.name, scope);
    if (binding === undefined) {
      if (identifier.name === "arguments" && lexicalOwner(fn) !== undefined) {
        markThrough(fn, "usesArguments");
        return;
      }
      free.add(identifier);
      if (use === "write") writtenFree.add(identifier.name);
      return;
    }
    references.set(identifier, binding);
    if (use === "write") binding.reassigned = true;
    else if (use !== "callee") binding.escapes = true;
    if (use === "read" || use === "write") binding.leaks = true;
  };
  /** `object.property`, where the object is a name. */
  const referMember = (node: Node, scope: Scope, fn: FunctionFacts, use: "callee" | "member"): void => {
    refer(node.object, scope, fn, use);
    if (node.computed) visit(node.property, scope, fn);
    if (!fn.strict && node.object.name === "arguments" && node.property.name === "callee")
      markThrough(fn, "usesCallee");
  };
  /** The function whose `this` and `arguments` are meant; undefined at the top level. */
  const lexicalOwner = (fn: FunctionFacts): FunctionFacts | undefined => {
    let f: FunctionFacts | undefined = fn;
    while (f?.kind === "arrow") f = f.parent;
    return f?.kind === "module" ? undefined : f;
  };
  const markThrough = (
    fn: FunctionFacts,
    flag: "usesThis" | "usesArguments" | "usesCallee" | "usesSuper" | "callsSuper" | "usesNewTarget",
  ) => {
    let f: FunctionFacts | undefined = fn;
    while (f) {
      f[flag] = true;
      if (f.kind !== "arrow") break;
      f = f.parent;
    }
  };
  const store = (name: string | undefined, value: Node) => {
    if (name === undefined) {
      storedAnywhere.push(value);
      return;
    }
    const list = stored.get(name);
    if (list) list.push(value);
    else stored.set(name, [value]);
  };

  const visitPatternTargets = (pattern: Node, scope: Scope, fn: FunctionFacts): void => {
    // assignment targets: identifiers are written, everything else is visited as usual
    switch (pattern.type) {
      case "Identifier":
        refer(pattern, scope, fn, "write");
        break;
      case "ObjectPattern":
        for (const p of pattern.properties) {
          if (p.type === "RestElement") visitPatternTargets(p.argument, scope, fn);
          else {
            if (p.computed) visit(p.key, scope, fn);
            visitPatternTargets(p.value, scope, fn);
          }
        }
        break;
      case "ArrayPattern":
        fn.iterates = true;
        for (const e of pattern.elements) if (e) visitPatternTargets(e, scope, fn);
        break;
      case "AssignmentPattern":
        visitPatternTargets(pattern.left, scope, fn);
        visitNamed(pattern.right, scope, fn, pattern.left.type === "Identifier" ? pattern.left.name : "");
        break;
      case "RestElement":
        visitPatternTargets(pattern.argument, scope, fn);
        break;
      case "ParenthesizedExpression":
        visitPatternTargets(pattern.expression, scope, fn);
        break;
      default:
        if (pattern.type === "MemberExpression") leak(pattern, scope, fn);
        visit(pattern, scope, fn);
    }
  };
  /** `object.member` is changed, so the object is. */
  const leak = (member: Node, scope: Scope, fn: FunctionFacts): void => {
    const object = unwrap(member.object);
    if (object.type === "Identifier") refer(object, scope, fn, "read");
  };
  /** Declared patterns: names are declared already; defaults and computed keys are visited. */
  const visitDeclared = (pattern: Node, scope: Scope, fn: FunctionFacts): void => {
    switch (pattern.type) {
      case "Identifier":
        holder.set(pattern, fn);
        break;
      case "ObjectPattern":
        for (const p of pattern.properties) {
          if (p.type === "RestElement") visitDeclared(p.argument, scope, fn);
          else {
            if (p.computed) visit(p.key, scope, fn);
            visitDeclared(p.value, scope, fn);
          }
        }
        break;
      case "ArrayPattern":
        fn.iterates = true;
        for (const e of pattern.elements) if (e) visitDeclared(e, scope, fn);
        break;
      case "AssignmentPattern":
        visitDeclared(pattern.left, scope, fn);
        visitNamed(pattern.right, scope, fn, pattern.left.type === "Identifier" ? pattern.left.name : "");
        break;
      case "RestElement":
        visitDeclared(pattern.argument, scope, fn);
        break;
    }
  };

  const visitFunction = (
    node: Node,
    scope: Scope,
    parent: FunctionFacts,
    kind: FunctionFacts["kind"],
    name: string,
    owner?: Node,
  ): FunctionFacts => {
    const facts = newFacts(node, kind, parent, name);
    facts.owner = owner;
    let outer = scope;
    if (node.type === "FunctionExpression" && node.id) {
      outer = { names: new Map(), parent: scope, isFunction: false };
      declare(outer, node.id, "function", node);
      facts.name = node.id.name;
    }
    const inner: Scope = { names: new Map(), parent: outer, isFunction: true };
    if (usesStrict(node.body)) facts.strict = true;
    for (const param of node.params) patternNames(param, (id) => declare(inner, id, "param"));
    const before = facts.calls.length;
    for (const param of node.params) visitDeclared(param, inner, facts);
    facts.paramsCall = facts.calls.length > before || facts.hasAwait;
    if (node.body.type === "BlockStatement") {
      declareVars(node.body, inner);
      declareLexical(node.body.body, inner, true);
      if (!facts.strict) hoistFromBlocks(node.body, inner, NO_NAMES, false);
      for (const statement of node.body.body) visit(statement, inner, facts);
      facts.redeclaresParams = inner.redeclaresParams === true;
    } else visit(node.body, inner, facts);
    if (outer !== scope && !facts.strict && references.get(node.id)!.reassigned) facts.declaredOddly = true;
    return facts;
  };

  const visitClass = (node: Node, scope: Scope, fn: FunctionFacts): void => {
    classDepth++;
    visitClassParts(node, scope, fn);
    classDepth--;
  };
  const visitClassParts = (node: Node, scope: Scope, fn: FunctionFacts): void => {
    const inner: Scope = { names: new Map(), parent: scope, isFunction: false };
    if (node.id && node.type === "ClassExpression") declare(inner, node.id, "class", node);
    if (node.superClass) visit(node.superClass, inner, fn);
    for (const member of node.body.body) {
      if (member.type === "StaticBlock") {
        const facts = newFacts(member, "initializer", fn);
        facts.owner = node;
        const block: Scope = { names: new Map(), parent: inner, isFunction: true };
        for (const s of member.body) declareVars(s, block);
        declareLexical(member.body, block, true);
        for (const s of member.body) visit(s, block, facts);
        continue;
      }
      if (member.computed) visit(member.key, inner, fn);
      const key = keyOf(member);
      const isPrivate = member.key.type === "PrivateIdentifier";
      const name = isPrivate ? `#${key}` : (key ?? "");
      if (member.type === "MethodDefinition") {
        const kind =
          member.kind === "get"
            ? "getter"
            : member.kind === "set"
              ? "setter"
              : member.kind === "constructor"
                ? "constructor"
                : "method";
        const facts = visitFunction(member.value, inner, fn, kind, name, node);
        facts.key = key;
        facts.isStatic = member.static;
        facts.privateName = isPrivate;
        if (kind === "method") store(isPrivate ? name : key, member.value);
      } else if (member.value) {
        const facts = newFacts(member, "initializer", fn);
        facts.owner = node;
        visitNamed(member.value, inner, facts, name);
        store(isPrivate ? name : key, member.value);
      }
    }
  };

  const odd = new Set<Node>();
  const markOdd = (statement: Node): void => {
    if (statement.type === "FunctionDeclaration") odd.add(statement);
  };

  /** An expression in a place that gives an anonymous function its name. */
  const visitNamed = (node: Node, scope: Scope, fn: FunctionFacts, name: string) => {
    const value = unwrap(node);
    if (value.type === "ArrowFunctionExpression") visitFunction(value, scope, fn, "arrow", name);
    else if (value.type === "FunctionExpression") visitFunction(value, scope, fn, "function", name);
    else visit(node, scope, fn);
  };

  const visit = (node: Node, scope: Scope, fn: FunctionFacts): void => {
    switch (node.type) {
      case "Identifier":
        refer(node, scope, fn, "read");
        return;
      case "ThisExpression":
        holder.set(node, fn);
        markThrough(fn, "usesThis");
        return;
      case "Super":
        holder.set(node, fn);
        markThrough(fn, "usesSuper");
        markThrough(fn, "usesThis");
        return;
      case "MetaProperty":
        holder.set(node, fn);
        if (node.meta.name === "new") markThrough(fn, "usesNewTarget");
        return;
      case "FunctionDeclaration":
        visitFunction(node, scope, fn, "function", node.id?.name ?? "default").declaredOddly = odd.has(node);
        return;
      case "FunctionExpression":
        visitFunction(node, scope, fn, "function", "");
        return;
      case "ArrowFunctionExpression":
        visitFunction(node, scope, fn, "arrow", "");
        return;
      case "ClassDeclaration":
      case "ClassExpression":
        visitClass(node, scope, fn);
        return;
      case "MemberExpression":
        if (node.object.type === "Identifier") referMember(node, scope, fn, "member");
        else {
          visit(node.object, scope, fn);
          if (node.computed) visit(node.property, scope, fn);
        }
        return;
      case "Property":
        if (node.computed) visit(node.key, scope, fn);
        if (node.method || node.kind !== "init") {
          const key = keyOf(node);
          const kind = node.kind === "get" ? "getter" : node.kind === "set" ? "setter" : "method";
          const facts = visitFunction(node.value, scope, fn, kind, key ?? "");
          facts.key = key;
          if (kind === "method") store(key, node.value);
        } else {
          const key = keyOf(node);
          store(key, node.value);
          visitNamed(node.value, scope, fn, key ?? "");
        }
        return;
      case "CallExpression":
      case "NewExpression": {
        fn.calls.push(node);
        holder.set(node, fn);
        if (node.callee.type === "Super") {
          markThrough(fn, "callsSuper");
          if (fn.kind === "arrow") lexicalOwner(fn)!.callsSuperInside = true;
        }
        const callee = unwrap(node.callee);
        if (callee.type === "Identifier") refer(callee, scope, fn, "callee");
        else if (callee.type === "MemberExpression" && callee.object.type === "Identifier") {
          // what `bind` returns is the function itself
          referMember(callee, scope, fn, callee.property.name === "bind" ? "member" : "callee");
        } else visit(node.callee, scope, fn);
        for (const argument of node.arguments) visit(argument, scope, fn);
        return;
      }
      case "TaggedTemplateExpression": {
        fn.calls.push(node);
        holder.set(node, fn);
        const tag = unwrap(node.tag);
        if (tag.type === "Identifier") refer(tag, scope, fn, "callee");
        else visit(node.tag, scope, fn);
        visit(node.quasi, scope, fn);
        return;
      }
      case "SpreadElement":
        fn.iterates = true;
        visit(node.argument, scope, fn);
        return;
      case "AwaitExpression":
        fn.hasAwait = true;
        holder.set(node, fn);
        visit(node.argument, scope, fn);
        return;
      case "YieldExpression":
        holder.set(node, fn);
        if (node.argument) visit(node.argument, scope, fn);
        return;
      case "AssignmentExpression":
        if (unwrap(node.left).type === "Identifier") {
          const target = unwrap(node.left);
          refer(target, scope, fn, "write");
          if (node.operator !== "=") {
            const b = references.get(target);
            if (b) b.escapes = true;
          }
          // parentheses keep it from giving its name
          visitNamed(node.right, scope, fn, node.left === target ? target.name : "");
        } else {
          visitPatternTargets(node.left, scope, fn);
          const left = unwrap(node.left);
          if (left.type === "MemberExpression") {
            const key = left.computed ? literalKey(left.property) : String(left.property.name);
            store(left.property.type === "PrivateIdentifier" ? `#${key}` : key, node.right);
          }
          visitNamed(node.right, scope, fn, "");
        }
        return;
      case "UpdateExpression":
        if (unwrap(node.argument).type === "Identifier") refer(unwrap(node.argument), scope, fn, "write");
        else {
          if (unwrap(node.argument).type === "MemberExpression") leak(unwrap(node.argument), scope, fn);
          visit(node.argument, scope, fn);
        }
        return;
      case "UnaryExpression":
        if (node.operator === "delete" && unwrap(node.argument).type === "MemberExpression")
          leak(unwrap(node.argument), scope, fn);
        visit(node.argument, scope, fn);
        return;
      case "VariableDeclaration":
        for (const d of node.declarations) {
          visitDeclared(d.id, scope, fn);
          if (d.init) visitNamed(d.init, scope, fn, d.id.type === "Identifier" ? d.id.name : "");
        }
        return;
      case "AssignmentPattern":
        visit(node.left, scope, fn);
        visitNamed(node.right, scope, fn, node.left.type === "Identifier" ? node.left.name : "");
        return;
      case "BlockStatement": {
        const inner: Scope = { names: new Map(), parent: scope, isFunction: false };
        declareLexical(node.body, inner, false);
        for (const statement of node.body) visit(statement, inner, fn);
        return;
      }
      case "SwitchStatement": {
        visit(node.discriminant, scope, fn);
        const inner: Scope = { names: new Map(), parent: scope, isFunction: false };
        for (const c of node.cases) declareLexical(c.consequent, inner, false);
        for (const c of node.cases) for (const statement of c.consequent) markOdd(statement);
        for (const c of node.cases) {
          if (c.test) visit(c.test, inner, fn);
          for (const statement of c.consequent) visit(statement, inner, fn);
        }
        return;
      }
      case "CatchClause": {
        const inner: Scope = { names: new Map(), parent: scope, isFunction: false };
        if (node.param) {
          patternNames(node.param, (id) => declare(inner, id, "catch"));
          visitDeclared(node.param, inner, fn);
        }
        visit(node.body, inner, fn);
        return;
      }
      case "LabeledStatement":
        markOdd(node.body);
        visit(node.body, scope, fn);
        return;
      case "IfStatement":
        visit(node.test, scope, fn);
        for (const branch of [node.consequent, node.alternate]) {
          if (branch?.type === "FunctionDeclaration") {
            // as if it stood in a block of its own
            markOdd(branch);
            const inner: Scope = { names: new Map(), parent: scope, isFunction: false };
            declareLexical([branch], inner, false);
            visit(branch, inner, fn);
          } else if (branch) visit(branch, scope, fn);
        }
        return;
      case "BreakStatement":
      case "ContinueStatement":
        return;
      case "WithStatement":
        // a call in it means a method of its object, perhaps, which no twin would know
        fn.declaredOddly = true;
        break;
      case "ImportDeclaration":
        requests.push(node.source.value);
        return;
      case "ExportAllDeclaration":
        requests.push(node.source.value);
        if (node.exported)
          exports.set(node.exported.name ?? node.exported.value, { request: node.source.value, imported: "*" });
        else starExports.push(node.source.value);
        return;
      case "ExportNamedDeclaration":
        if (node.source) {
          requests.push(node.source.value);
          for (const s of node.specifiers) {
            exports.set(s.exported.name ?? s.exported.value, {
              request: node.source.value,
              imported: s.local.name ?? s.local.value,
            });
          }
        } else if (node.declaration) {
          const d = node.declaration;
          if (d.type === "VariableDeclaration")
            for (const v of d.declarations) patternNames(v.id, (id) => exports.set(id.name, { local: id.name }));
          else exports.set(d.id.name, { local: d.id.name });
          visit(d, scope, fn);
        } else {
          for (const s of node.specifiers) {
            exports.set(s.exported.name ?? s.exported.value, { local: s.local.name });
            refer(s.local, scope, fn, "read");
          }
        }
        return;
      case "ExportDefaultDeclaration": {
        const d = node.declaration;
        const named = (d.type === "FunctionDeclaration" || d.type === "ClassDeclaration") && d.id;
        exports.set("default", { local: named ? d.id.name : NAMELESS });
        if (!named) {
          const binding: Binding = { name: NAMELESS, kind: "const", reassigned: false, escapes: false, leaks: false };
          topScope.names.set(NAMELESS, { ...binding, value: d });
        }
        if (d.type === "FunctionDeclaration" || d.type === "ClassDeclaration") visit(d, scope, fn);
        else visitNamed(d, scope, fn, "default");
        return;
      }
    }
    if (isLoop(node)) {
      holder.set(node, fn);
      let inner = scope;
      const head = node.type === "ForStatement" ? node.init : node.left;
      if (head?.type === "VariableDeclaration" && head.kind !== "var") {
        inner = { names: new Map(), parent: scope, isFunction: false };
        for (const d of head.declarations) {
          patternNames(d.id, (id) => declare(inner, id, head.kind === "const" ? "const" : "let"));
        }
      }
      if (node.type === "ForOfStatement") {
        fn.iterates = true;
        if (node.await) fn.hasAwait = true;
      }
      if (node.type === "ForOfStatement" || node.type === "ForInStatement") {
        if (node.left.type === "VariableDeclaration") visit(node.left, inner, fn);
        else visitPatternTargets(node.left, inner, fn);
        visit(node.right, inner, fn);
        visit(node.body, inner, fn);
        return;
      }
      const calls = fn.calls.length;
      if (node.init) visit(node.init, inner, fn);
      const afterInit = fn.calls.length;
      if (node.test) visit(node.test, inner, fn);
      if (!node.test || unwrap(node.test).type === "Literal" || fn.calls.length > (node.init ? afterInit : calls))
        fn.spins = true;
      if (node.update) visit(node.update, inner, fn);
      visit(node.body, inner, fn);
      return;
    }
    forEachChild(node, (child) => visit(child, scope, fn));
  };

  declareVars(tree, topScope);
  declareLexical(tree.body, topScope, true);
  if (!top.strict) hoistFromBlocks(tree, topScope, NO_NAMES, false);
  for (const statement of tree.body) visit(statement, topScope, top);
  return {
    tree,
    functions,
    top,
    references,
    free,
    writtenFree,
    holder,
    requests: [...new Set(requests)],
    exports,
    starExports,
    topBindings: topScope.names,
    stored,
    storedAnywhere,
    hoistedFromBlocks,
  };
}
