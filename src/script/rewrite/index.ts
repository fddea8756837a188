/**
 * Rewrites one module into the text of a module factory. Children first, so that outer text ends up outside.
 *
 * @see DESIGN: "A script is compiled to coroutines"
 */
import { EditedText } from "./edited-text.ts";
import { type AnalysedModule, type Analysis, constructorOf } from "../analyse.ts";
import { forEachChild, isLoop, type Node, unwrap } from "../ast.ts";
import { helperNames } from "../names.ts";
import { type FunctionFacts, isDerivedConstructor } from "../scope.ts";
import { rewriteAwait, rewriteReturn, rewriteYield } from "./async.ts";
import {
  calleeLink,
  chainMayBlock,
  continuation,
  keepSuperReceiver,
  memberChain,
  rewriteCall,
  rewriteCallOfChain,
  rewriteChain,
  rewriteNew,
  rewriteTagged,
} from "./call.ts";
import { addConstructor, ClassWork, finishClass, rewriteMethod } from "./class.ts";
import { Context, type Frame } from "./context.ts";
import { bodyStart, prologue, recordContainers, rewriteFunction, rewriteObjectMethod } from "./function.ts";
import {
  freeAssignmentText,
  freeText,
  freeNamesBelow,
  freeTypeofText,
  intrinsicsText,
  isIntrinsic,
  isSloppyCreation,
} from "./globals.ts";
import { exportGetters, exportValues, importText, rewriteExport, rewriteImport } from "./import-export.ts";
import { liftable } from "./lift.ts";
import { keepFrame } from "./tail.ts";
import { budget, rewriteForOf, rewriteTry } from "./loop.ts";

export interface Rewritten {
  text: EditedText;
  /** Line and column of the last character of each call that may suspend, and of its first. */
  calls: number[];
  /** Top-level await, so the factory's body awaits. */
  asyncModule: boolean;
  /** The factory's body is a function that runs to its end; otherwise a generator, which links first and then runs. */
  plain: boolean;
  usesOpen: boolean;
  usesRequire: boolean;
  usesMeta: boolean;
}

/**
 * For each node: line (from 1) and column (from 0) of the place behind which code was put, and of the node's start.
 *
 * @param put Behind the last character of a call; at the start of a name, which is replaced as a whole.
 */
function places(source: string, nodes: readonly Node[], put: "behind" | "at"): number[] {
  const starts = [0];
  for (const match of source.matchAll(/\r\n|[\n\r\u2028\u2029]/g)) starts.push(match.index + match[0].length);
  const places: number[] = [];
  for (const node of nodes) {
    for (const offset of [put === "behind" ? node.end - 1 : node.start, node.start]) {
      let low = 0;
      let high = starts.length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (starts[middle]! <= offset) low = middle + 1;
        else high = middle;
      }
      places.push(low, offset - starts[low - 1]!);
    }
  }
  return places;
}

/** Whether a later member of a class takes the place of a method: one of the same name, or of a name computed alike. */
function isReplaced(method: Node, members: readonly Node[], source: string): boolean {
  if (method.key.type === "PrivateIdentifier" || (method.computed && !isConstant(method.key))) return false;
  const name = (member: Node): string =>
    member.computed ? source.slice(member.key.start, member.key.end) : String(member.key.name ?? member.key.value);
  return members
    .slice(members.indexOf(method) + 1)
    .some(
      (other) =>
        other.type === "MethodDefinition" &&
        other.key.type !== "PrivateIdentifier" &&
        other.computed === method.computed &&
        other.static === method.static &&
        name(other) === name(method),
    );
}

/** An expression that gives the same value each time. */
function isConstant(node: Node): boolean {
  if (node.type === "MemberExpression") return !node.computed && isConstant(node.object);
  return node.type === "Literal" || node.type === "Identifier";
}

/** A function or class that takes the name of what it is assigned to. */
function isAnonymous(node: Node): boolean {
  const value = unwrap(node);
  return (
    value.type === "ArrowFunctionExpression" ||
    ((value.type === "FunctionExpression" || value.type === "ClassExpression") && !value.id)
  );
}

export function rewriteModule(init: {
  source: string;
  module: AnalysedModule;
  analysis: Analysis;
  prefix: string;
  format: "esm" | "cjs";
  /** The statement whose value, if it is an expression, the code returns. */
  returned?: Node;
  /** Nothing can see the module between linking and running. */
  isAlone?: boolean;
}): Rewritten {
  const { source, module, analysis, prefix, format } = init;
  const { top } = module.facts;
  // Every VU runs it once: a generator would be one object more each, and a costly one to compile. Bench row: vus-sleep.
  const plain = init.isAlone === true && !top.hasAwait && !top.mayBlock && !top.spins;
  const text = new EditedText(source);
  const c = new Context({ text, source, module, analysis, prefix, commonJs: format === "cjs", plain });
  const { facts } = c;
  recordContainers(c);

  const newFrame = (fn: FunctionFacts, enclosing?: Frame): Frame => {
    const twin = c.hasTwin(fn);
    return {
      fn,
      twin,
      aliased: fn.kind === "arrow" ? twin || enclosing?.aliased === true : twin && isDerivedConstructor(fn),
      temps: [],
      needsCallTemp: false,
    };
  };
  const topFrame = newFrame(facts.top);
  let usesMeta = false;

  const callMayBlock = (call: Node) => analysis.callMayBlock(module, call);

  const identifierText = (id: Node): string => {
    const binding = facts.references.get(id);
    if (binding?.from) return importText(c, binding);
    if (binding === undefined && facts.free.has(id) && !isIntrinsic(id.name)) return freeText(c, id.name);
    return id.name;
  };

  const visitFunction = (node: Node, enclosing: Frame): Frame => {
    const frame = newFrame(facts.functions.get(node)!, enclosing);
    for (const param of node.params) visitPattern(param, frame);
    visit(node.body, frame);
    return frame;
  };

  /** A part of a class that is code of its own: a static block, or the value of a field. */
  const visitInitializer = (member: Node, parts: readonly Node[], enclosing: Frame): void => {
    const frame = newFrame(facts.functions.get(member)!, enclosing);
    for (const part of parts) visit(part, frame);
  };

  /** Binding patterns: only defaults and computed keys hold expressions. */
  const visitPattern = (pattern: Node, frame: Frame): void => {
    switch (pattern.type) {
      case "Identifier":
        return;
      case "ObjectPattern":
        for (const p of pattern.properties) {
          if (p.type === "RestElement") visitPattern(p.argument, frame);
          else {
            if (p.computed) visit(p.key, frame);
            visitPattern(p.value, frame);
          }
        }
        return;
      case "ArrayPattern":
        for (const e of pattern.elements) if (e) visitPattern(e, frame);
        return;
      case "AssignmentPattern":
        visitPattern(pattern.left, frame);
        visit(pattern.right, frame);
        return;
      case "RestElement":
        visitPattern(pattern.argument, frame);
        return;
    }
  };

  /** Whether a name means a property of the VU's global object that scripts may add or take away. */
  const isFreeVariable = (id: Node): boolean =>
    facts.free.has(id) && !isIntrinsic(id.name) && isSloppyCreation(c, id.name);

  /** What takes the value that is assigned to an identifier: a free name is a property of the VU's global object. */
  const targetText = (id: Node, frame: Frame, mustExist: boolean): string => {
    const binding = facts.references.get(id);
    if (binding?.from) return `${c.helper("ro")}(${JSON.stringify(id.name)}).x`;
    if (!facts.free.has(id) || isIntrinsic(id.name)) return id.name;
    return freeAssignmentText(c, id.name, frame.fn.strict || mustExist);
  };

  /**
   * Assignment targets.
   *
   * @param mustExist The old value is read too.
   */
  const visitTarget = (target: Node, frame: Frame, mustExist = false): void => {
    switch (target.type) {
      case "Identifier": {
        const replacement = targetText(target, frame, mustExist);
        if (replacement !== target.name) c.replace(target.start, target.end, replacement);
        return;
      }
      case "ParenthesizedExpression":
        return visitTarget(target.expression, frame, mustExist);
      case "ObjectPattern":
        for (const p of target.properties) {
          if (p.type === "RestElement") visitTarget(p.argument, frame);
          else {
            if (p.computed) visit(p.key, frame);
            const inner = p.value.type === "AssignmentPattern" ? p.value.left : p.value;
            if (p.shorthand && inner.type === "Identifier") {
              const replacement = targetText(inner, frame, false);
              if (replacement !== inner.name) c.replace(inner.start, inner.end, `${inner.name}:${replacement}`);
              if (p.value.type === "AssignmentPattern") visit(p.value.right, frame);
            } else visitTarget(p.value, frame);
          }
        }
        return;
      case "ArrayPattern":
        for (const e of target.elements) if (e) visitTarget(e, frame);
        return;
      case "AssignmentPattern":
        visitTarget(target.left, frame);
        visit(target.right, frame);
        return;
      case "RestElement":
        return visitTarget(target.argument, frame);
      default:
        visit(target, frame);
    }
  };

  const visitClass = (node: Node, frame: Frame): void => {
    const work = new ClassWork();
    if (node.superClass) visit(node.superClass, frame);
    for (const member of node.body.body) {
      if (member.type === "StaticBlock") {
        visitInitializer(member, member.body, frame);
        continue;
      }
      if (member.computed) visit(member.key, frame);
      if (member.type === "MethodDefinition") {
        const inner = visitFunction(member.value, frame);
        if (inner.twin) rewriteMethod(c, inner, member, work, isReplaced(member, node.body.body, source));
        continue;
      }
      if (member.value) visitInitializer(member, [member.value], frame);
      c.terminate(member);
    }
    if (!constructorOf(node) && analysis.superMayBlock(module, node)) addConstructor(c, node, work);
    finishClass(c, node, work);
  };

  const visitLoop = (node: Node, frame: Frame, labels: readonly Node[]): void => {
    if (node.type === "ForOfStatement" || node.type === "ForInStatement") {
      if (node.left.type === "VariableDeclaration") for (const d of node.left.declarations) visitPattern(d.id, frame);
      else visitTarget(node.left, frame);
      visit(node.right, frame);
      visit(node.body, frame);
      budget(c, frame, node.body);
      if (node.type === "ForOfStatement" && (node.await || (frame.twin && analysis.iterationMayBlock)))
        rewriteForOf(c, frame, node, labels);
      return;
    }
    if (node.init?.type === "VariableDeclaration") visitDeclarations(node.init, frame);
    else if (node.init) visit(node.init, frame);
    if (node.test) visit(node.test, frame);
    if (node.update) visit(node.update, frame);
    visit(node.body, frame);
    budget(c, frame, node.body);
  };

  const visitDeclarations = (node: Node, frame: Frame): void => {
    for (const d of node.declarations) {
      visitPattern(d.id, frame);
      if (d.init) visit(d.init, frame);
    }
  };

  const visitSuperMember = (node: Node, frame: Frame): void => {
    if (node.computed) visit(node.property, frame);
    if (!frame.aliased) return;
    if (node.computed) {
      c.replace(node.start, node.property.start, `${prefix}S(`);
      c.replace(node.property.end, node.end, ").v");
    } else c.replace(node.start, node.end, `${prefix}S(${JSON.stringify(node.property.name)}).v`);
  };

  const visit = (node: Node, frame: Frame): void => {
    switch (node.type) {
      case "Identifier": {
        if (node.name === "arguments" && frame.aliased && !facts.references.has(node) && !facts.free.has(node)) {
          c.replace(node.start, node.end, `${prefix}A`);
          return;
        }
        const replacement = identifierText(node);
        if (replacement === node.name) return;
        c.kept.push(node);
        c.replace(node.start, node.end, replacement);
        return;
      }
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression": {
        const inner = visitFunction(node, frame);
        if (inner.twin) rewriteFunction(c, inner, frame);
        else if (node.body.type !== "BlockStatement") keepFrame(c, node.body);
        return;
      }
      case "ThisExpression": {
        const replacement = c.thisText(frame);
        if (replacement !== "this") c.replace(node.start, node.end, replacement);
        return;
      }
      case "ObjectExpression": {
        let needsTwins = false;
        for (const property of node.properties) needsTwins = visitProperty(property, frame) || needsTwins;
        if (needsTwins) c.wrap(node.start, node.end, `${c.helper("om")}(`, ")");
        return;
      }
      case "ClassDeclaration":
      case "ClassExpression":
        return visitClass(node, frame);
      case "MemberExpression":
        if (node.object.type === "Super") return visitSuperMember(node, frame);
        visit(node.object, frame);
        if (node.computed) visit(node.property, frame);
        return;
      case "MetaProperty":
        if (node.meta.name === "new") {
          if (frame.aliased) c.replace(node.start, node.end, `${prefix}N`);
        } else {
          usesMeta = true;
          c.replace(node.start, node.end, `${prefix}meta`);
        }
        return;
      case "ChainExpression": {
        const isRewritten = frame.twin && chainMayBlock(node, callMayBlock);
        forEachChild(node, (child) => visitChainLink(child, frame, isRewritten));
        if (isRewritten) rewriteChain(c, frame, node, { mayBlock: callMayBlock });
        return;
      }
      case "CallExpression":
        return visitCall(node, frame);
      case "NewExpression":
        visit(node.callee, frame);
        for (const a of node.arguments) visit(a, frame);
        if (frame.twin && callMayBlock(node)) rewriteNew(c, frame, node);
        return;
      case "TaggedTemplateExpression": {
        const blocks = frame.twin && callMayBlock(node);
        visitCallee(node.tag, frame, blocks);
        visit(node.quasi, frame);
        if (blocks) rewriteTagged(c, frame, node, identifierText);
        return;
      }
      case "ImportExpression":
        forEachChild(node, (child) => visit(child, frame));
        c.replace(node.start, c.find("(", node.start), c.helper("dyn"));
        return;
      case "AwaitExpression":
        visit(node.argument, frame);
        rewriteAwait(c, node);
        return;
      case "YieldExpression":
        if (node.argument) visit(node.argument, frame);
        if (frame.twin) rewriteYield(c, frame, node);
        return;
      case "ExpressionStatement":
        visit(node.expression, frame);
        if (node === init.returned) c.wrap(node.expression.start, node.expression.end, "return(", ")");
        return c.terminate(node);
      case "DoWhileStatement":
        visitLoop(node, frame, []);
        return c.terminate(node);
      case "DebuggerStatement":
        return c.terminate(node);
      case "ReturnStatement":
        if (node.argument) {
          visit(node.argument, frame);
          if (!frame.twin) keepFrame(c, node.argument);
        }
        rewriteReturn(c, frame, node);
        return c.terminate(node);
      case "BinaryExpression": {
        visit(node.left, frame);
        visit(node.right, frame);
        const right = unwrap(node.right);
        const isImport = right.type === "Identifier" && facts.references.get(right)?.from !== undefined;
        if (node.operator === "instanceof" && isImport)
          c.wrap(node.right.start, node.right.end, `${c.helper("io")}(`, ")");
        return;
      }
      case "ThrowStatement":
        visit(node.argument, frame);
        if (node.argument.type !== "NewExpression") c.wrapExpression(node.argument, `${c.helper("th")}(`, ")");
        return c.terminate(node);
      case "AssignmentExpression": {
        const target = unwrap(node.left);
        const isChecked =
          node.operator === "=" && frame.fn.strict && target.type === "Identifier" && isFreeVariable(target);
        if (isChecked) {
          // the name is looked up first, the error comes when the value is there
          const key = JSON.stringify(target.name);
          c.replace(node.left.start, node.right.start, `${c.helper("set")}(${prefix}g,${key},${key} in ${prefix}g,`);
          visit(node.right, frame);
          c.text.appendLeft(node.end, ")");
        } else {
          visitTarget(node.left, frame, node.operator !== "=");
          visit(node.right, frame);
        }
        if (target.type === "Identifier" && facts.free.has(target) && isAnonymous(node.right)) {
          // as a property it would not give the function its name
          const key = JSON.stringify(target.name);
          c.wrap(node.right.start, node.right.end, `({${key}:`, `})[${key}]`);
        }
        return;
      }
      case "UpdateExpression":
        visitTarget(node.argument, frame, true);
        return;
      case "UnaryExpression": {
        const operand = unwrap(node.argument);
        if (operand.type === "Identifier" && facts.free.has(operand) && !isIntrinsic(operand.name)) {
          if (node.operator === "typeof" || (node.operator === "delete" && isFreeVariable(operand))) {
            c.replace(operand.start, operand.end, freeTypeofText(c, operand.name));
            return;
          }
        }
        return visit(node.argument, frame);
      }
      case "VariableDeclaration":
        visitDeclarations(node, frame);
        return c.terminate(node);
      case "LabeledStatement": {
        const labels: Node[] = [node];
        let body = node.body;
        while (body.type === "LabeledStatement") {
          labels.push(body);
          body = body.body;
        }
        if (isLoop(body)) visitLoop(body, frame, labels);
        else visit(body, frame);
        return;
      }
      case "BreakStatement":
      case "ContinueStatement":
        return c.terminate(node);
      case "TryStatement":
        visit(node.block, frame);
        if (node.handler) {
          if (node.handler.param) visitPattern(node.handler.param, frame);
          visit(node.handler.body, frame);
        }
        if (node.finalizer) visit(node.finalizer, frame);
        rewriteTry(c, node);
        return;
      case "WithStatement": {
        const opening = freeNamesBelow(c, node);
        visit(node.object, frame);
        visit(node.body, frame);
        c.text.prependRight(node.start, opening);
        return;
      }
      case "ImportDeclaration":
        return rewriteImport(c, node);
      case "ExportAllDeclaration":
        return rewriteExport(c, node);
      case "ExportNamedDeclaration":
      case "ExportDefaultDeclaration":
        if (node.declaration) visit(node.declaration, frame);
        rewriteExport(c, node);
        return;
    }
    if (isLoop(node)) return visitLoop(node, frame, []);
    forEachChild(node, (child) => visit(child, frame));
  };

  /** Links of an optional chain: calls in it are rewritten together with the chain, if that `isRewritten`. */
  const visitChainLink = (node: Node, frame: Frame, isRewritten: boolean): void => {
    if (node.type === "MemberExpression" && node.object.type === "Super") visitSuperMember(node, frame);
    else if (node.type === "CallExpression" && node.callee.type === "Super") visitCall(node, frame);
    else if (node.type === "MemberExpression") {
      visitChainLink(node.object, frame, isRewritten);
      if (node.computed) visit(node.property, frame);
    } else if (node.type === "CallExpression") {
      const inner = memberChain(node.callee);
      if (node.callee.type === "Identifier") visitCallee(node.callee, frame, false);
      else if (inner) forEachChild(inner, (child) => visitChainLink(child, frame, isRewritten));
      else visitChainLink(calleeLink(node), frame, isRewritten);
      for (const a of node.arguments) visit(a, frame);
      if (!isRewritten) keepSuperReceiver(c, frame, node);
    } else visit(node, frame);
  };

  /** A callee keeps its receiver: an imported function is called without one. */
  const visitCallee = (callee: Node, frame: Frame, viaHelper: boolean): void => {
    const id = unwrap(callee);
    if (id.type !== "Identifier") return visit(callee, frame);
    const replacement = identifierText(id);
    if (replacement === id.name) return;
    c.kept.push(id);
    const bare = viaHelper || !replacement.includes(".") || replacement.startsWith("(");
    c.replace(id.start, id.end, bare ? replacement : `(0,${replacement})`);
  };

  const visitCall = (node: Node, frame: Frame): void => {
    const callee = node.callee;
    if (callee.type === "Super") {
      for (const a of node.arguments) visit(a, frame);
      if (frame.aliased) c.replace(callee.start, callee.end, `${prefix}U`);
      if (frame.aliased && frame.fn.kind === "constructor")
        c.wrap(node.start, node.end, `(${prefix}t=`, continuation(c, frame, node));
      return;
    }
    const blocks = frame.twin && callMayBlock(node);
    const member = unwrap(callee);
    if (blocks && memberChain(callee)) {
      // `(a?.b)(c)` calls with `a` as receiver
      forEachChild(member, (child) => visitChainLink(child, frame, true));
      for (const a of node.arguments) visit(a, frame);
      const receiver = rewriteChain(c, frame, member, { mayBlock: callMayBlock, keepReceiver: true });
      rewriteCallOfChain(c, frame, node, receiver);
      return;
    }
    visitCallee(callee, frame, blocks);
    for (const a of node.arguments) visit(a, frame);
    if (blocks) rewriteCall(c, frame, node, identifierText);
    else keepSuperReceiver(c, frame, node);
  };

  /** A member of an object literal; returns whether the object must be given twins. */
  const visitProperty = (node: Node, frame: Frame): boolean => {
    if (node.type === "SpreadElement") {
      visit(node, frame);
      return false;
    }
    if (node.computed) visit(node.key, frame);
    const fn = node.computed && isAnonymous(node.value) ? facts.functions.get(unwrap(node.value)) : undefined;
    if (fn !== undefined && fn.name === "") c.unnamed.add(fn);
    if (node.method || node.kind !== "init") {
      const inner = visitFunction(node.value, frame);
      return inner.twin && rewriteObjectMethod(c, inner, node);
    }
    if (!node.shorthand) {
      visit(node.value, frame);
      return fn !== undefined && c.unnamed.has(fn) && c.hasTwin(fn);
    }
    if (node.value.name === "arguments" && frame.aliased) c.text.appendLeft(node.end, `:${prefix}A`);
    else {
      const replacement = identifierText(node.value);
      if (replacement !== node.value.name) c.text.appendLeft(node.end, `:${replacement}`);
    }
    return false;
  };

  for (const statement of facts.tree.body) visit(statement, topFrame);

  for (const [position, lines] of c.hoisted) {
    if (position !== bodyStart(facts.tree)) text.appendLeft(position, lines.join(""));
  }
  const imports = facts.requests.map((_, i) => `${prefix}i${i}`);
  const params = [
    `${prefix}e`,
    `${prefix}g`,
    `${prefix}meta`,
    `${prefix}open`,
    `${prefix}require`,
    ...(format === "cjs" ? ["module", "exports"] : []),
    ...imports,
  ];
  const helpers = helperNames.map((name) => prefix + name).join();
  const hoistedTop = (c.hoisted.get(bodyStart(facts.tree)) ?? []).join("");
  const head =
    `(function(${helpers}){${facts.top.strict ? '"use strict";' : ""}${intrinsicsText(c)}${c.prelude.join("")}return function${plain ? " " : "*"}${prefix}module(${params.join()}){` +
    `${prologue(c, topFrame)}${hoistedTop}${exportGetters(c)}${plain ? "" : "yield;"}`;
  text.prepend(head);
  if (source.startsWith("#!")) text.update(0, source.indexOf("\n") < 0 ? source.length : source.indexOf("\n"), "");
  text.appendLeft(source.length, `\n${exportValues(c)}};`);
  for (const { start, end } of liftable(c)) text.move(start, end, source.length);
  text.append("})");
  const uses = (name: string) => [...facts.free].some((id) => id.name === name);
  return {
    text,
    calls: [...places(source, c.calls, "behind"), ...places(source, c.kept, "at")],
    asyncModule: facts.top.hasAwait,
    plain,
    usesOpen: uses("open"),
    usesRequire: uses("require"),
    usesMeta,
  };
}
