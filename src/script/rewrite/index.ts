/**
 * Rewrites one module into the text of a module factory. Children first, so that outer text ends up outside.
 *
 * @see DESIGN: "A script is compiled to coroutines"
 */
import MagicString from "magic-string";
import type { AnalysedModule, Analysis } from "../analyse.ts";
import { forEachChild, isLoop, type Node } from "../ast.ts";
import { helperNames } from "../names.ts";
import type { FunctionFacts } from "../scope.ts";
import { rewriteAwait, rewriteReturn, rewriteYield } from "./async.ts";
import { chainMayBlock, rewriteCall, rewriteChain, rewriteNew, rewriteTagged } from "./call.ts";
import { ClassWork, finishClass, rewriteMethod } from "./class.ts";
import { Context, type Frame } from "./context.ts";
import { bodyStart, prologue, recordContainers, rewriteFunction, rewriteObjectMethod } from "./function.ts";
import { freeAssignmentText, freeText, freeTypeofText, isIntrinsic } from "./globals.ts";
import { exportGetters, exportValues, importText, rewriteExport, rewriteImport } from "./import-export.ts";
import { budget, rewriteForOf, rewriteTry } from "./loop.ts";

export interface Rewritten {
  text: MagicString;
  /** Top-level await, so the factory's body awaits. */
  asyncModule: boolean;
  usesOpen: boolean;
  usesRequire: boolean;
  usesMeta: boolean;
}

export function rewriteModule(init: {
  source: string;
  module: AnalysedModule;
  analysis: Analysis;
  prefix: string;
  format: "esm" | "cjs";
}): Rewritten {
  const { source, module, analysis, prefix, format } = init;
  const text = new MagicString(source);
  const c = new Context({ text, source, module, analysis, prefix, strict: format === "esm" });
  const { facts } = c;
  recordContainers(c);

  const newFrame = (fn: FunctionFacts): Frame => ({
    fn, twin: c.hasTwin(fn), temps: [], needsCallTemp: false, needsArguments: false, needsSuper: false,
  });
  const topFrame = newFrame(facts.top);
  let usesMeta = false;

  /** The frame of the function that owns `this` for code in `frame`. */
  const frames = new Map<FunctionFacts, Frame>([[facts.top, topFrame]]);
  const ownerFrame = (frame: Frame): Frame => {
    let fn = frame.fn;
    while (fn.kind === "arrow" && fn.parent) fn = fn.parent;
    return frames.get(fn)!;
  };

  const callMayBlock = (call: Node) => analysis.callMayBlock(module, call);

  const identifierText = (id: Node): string => {
    const binding = facts.references.get(id);
    if (binding?.from) return importText(c, binding);
    if (binding === undefined && facts.free.has(id) && !isIntrinsic(id.name)) return freeText(c, id.name);
    return id.name;
  };

  const visitFunction = (node: Node, visitHead?: () => void): Frame => {
    const fn = facts.functions.get(node)!;
    const frame = newFrame(fn);
    frames.set(fn, frame);
    visitHead?.();
    for (const param of node.params) visitPattern(param, frame);
    visit(node.body, frame);
    return frame;
  };

  /** Binding patterns: only defaults and computed keys hold expressions. */
  const visitPattern = (pattern: Node, frame: Frame): void => {
    switch (pattern.type) {
      case "Identifier": return;
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

  /** Assignment targets: a free name is written to the VU's global object. */
  const visitTarget = (target: Node, frame: Frame): void => {
    switch (target.type) {
      case "Identifier":
        if (facts.free.has(target) && !isIntrinsic(target.name)) c.replace(target.start, target.end, freeAssignmentText(c, target.name));
        return;
      case "ParenthesizedExpression": return visitTarget(target.expression, frame);
      case "ObjectPattern":
        for (const p of target.properties) {
          if (p.type === "RestElement") visitTarget(p.argument, frame);
          else {
            if (p.computed) visit(p.key, frame);
            const inner = p.value.type === "AssignmentPattern" ? p.value.left : p.value;
            if (p.shorthand && inner.type === "Identifier") {
              if (facts.free.has(inner) && !isIntrinsic(inner.name)) {
                c.text.prependRight(p.start, `${inner.name}:`);
                visitTarget(inner, frame);
              }
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
      case "RestElement": return visitTarget(target.argument, frame);
      default: visit(target, frame);
    }
  };

  const visitClass = (node: Node, frame: Frame): void => {
    const work = new ClassWork();
    if (node.superClass) visit(node.superClass, frame);
    for (const member of node.body.body) {
      if (member.type === "StaticBlock") {
        const inner = newFrame(facts.functions.get(member)!);
        frames.set(inner.fn, inner);
        for (const statement of member.body) visit(statement, inner);
        continue;
      }
      if (member.computed) visit(member.key, frame);
      if (member.type === "MethodDefinition") {
        const inner = visitFunction(member.value);
        if (inner.twin) rewriteMethod(c, inner, member, work, frame);
        else c.text.appendLeft(bodyStart(member.value.body), prologue(c, inner));
      } else if (member.value) {
        const inner = newFrame(facts.functions.get(member)!);
        frames.set(inner.fn, inner);
        visit(member.value, inner);
      }
    }
    finishClass(c, node, work);
  };

  const visitLoop = (node: Node, frame: Frame, labels: readonly Node[]): void => {
    if (node.type === "ForOfStatement" || node.type === "ForInStatement") {
      if (node.left.type === "VariableDeclaration") for (const d of node.left.declarations) visitPattern(d.id, frame);
      else visitTarget(node.left, frame);
      visit(node.right, frame);
      visit(node.body, frame);
      budget(c, frame, node.body);
      const manual = node.type === "ForOfStatement" && (node.await || (frame.twin && analysis.iterationMayBlock));
      if (manual && frame.twin) rewriteForOf(c, node, labels);
      return;
    }
    if (node.init) visit(node.init, frame);
    if (node.test) visit(node.test, frame);
    if (node.update) visit(node.update, frame);
    visit(node.body, frame);
    budget(c, frame, node.body);
  };

  const visit = (node: Node, frame: Frame): void => {
    switch (node.type) {
      case "Identifier": {
        if (node.name === "arguments" && !facts.references.has(node) && frame.fn.kind === "arrow" && frame.twin) {
          ownerFrame(frame).needsArguments = true;
          c.replace(node.start, node.end, `${prefix}A`);
          return;
        }
        const replacement = identifierText(node);
        if (replacement !== node.name) c.replace(node.start, node.end, replacement);
        return;
      }
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression": {
        const inner = visitFunction(node);
        if (inner.twin) rewriteFunction(c, inner);
        else if (node.body.type === "BlockStatement") c.text.appendLeft(bodyStart(node.body), prologue(c, inner));
        return;
      }
      case "ClassDeclaration":
      case "ClassExpression": return visitClass(node, frame);
      case "Property": {
        if (node.computed) visit(node.key, frame);
        if (node.method || node.kind !== "init") {
          const inner = visitFunction(node.value);
          if (inner.twin) rewriteObjectMethod(c, inner, node);
          else c.text.appendLeft(bodyStart(node.value.body), prologue(c, inner));
          return;
        }
        if (node.shorthand) {
          const replacement = identifierText(node.value);
          if (replacement !== node.value.name) c.text.appendLeft(node.end, `:${replacement}`);
          return;
        }
        return visit(node.value, frame);
      }
      case "MemberExpression":
        if (node.object.type === "Super" && frame.fn.kind === "arrow" && frame.twin) {
          ownerFrame(frame).needsSuper = true;
          if (node.computed) {
            visit(node.property, frame);
            c.replace(node.start, node.property.start, `${prefix}S(`);
            c.text.appendLeft(node.property.end, ")");
            c.replace(node.property.end, node.end, "");
          } else c.replace(node.start, node.end, `${prefix}S(${JSON.stringify(node.property.name)})`);
          return;
        }
        if (node.object.type !== "Super") visit(node.object, frame);
        if (node.computed) visit(node.property, frame);
        return;
      case "MetaProperty":
        if (node.meta.name === "import") {
          usesMeta = true;
          c.replace(node.start, node.end, `${prefix}meta`);
        }
        return;
      case "ChainExpression": {
        forEachChild(node, (child) => visitChainLink(child, frame));
        if (frame.twin && chainMayBlock(node, callMayBlock)) rewriteChain(c, frame, node, callMayBlock);
        return;
      }
      case "CallExpression": return visitCall(node, frame);
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
      case "ReturnStatement":
        if (node.argument) visit(node.argument, frame);
        rewriteReturn(c, frame, node);
        return;
      case "ThrowStatement":
        visit(node.argument, frame);
        if (node.argument.type !== "NewExpression") c.wrap(node.argument.start, node.argument.end, `${c.helper("th")}(`, ")");
        return;
      case "AssignmentExpression":
        visitTarget(node.left, frame);
        visit(node.right, frame);
        return;
      case "UpdateExpression":
        visitTarget(node.argument, frame);
        return;
      case "UnaryExpression":
        if (node.operator === "typeof" && node.argument.type === "Identifier") {
          const id = node.argument;
          if (facts.free.has(id) && !isIntrinsic(id.name)) {
            c.replace(id.start, id.end, freeTypeofText(c, id.name));
            return;
          }
        }
        return visit(node.argument, frame);
      case "VariableDeclaration":
        for (const d of node.declarations) {
          visitPattern(d.id, frame);
          if (d.init) visit(d.init, frame);
        }
        return;
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
      case "ContinueStatement": return;
      case "TryStatement":
        visit(node.block, frame);
        if (node.handler) {
          if (node.handler.param) visitPattern(node.handler.param, frame);
          visit(node.handler.body, frame);
        }
        if (node.finalizer) visit(node.finalizer, frame);
        rewriteTry(c, node);
        return;
      case "ImportDeclaration": return rewriteImport(c, node);
      case "ExportAllDeclaration": return rewriteExport(c, node);
      case "ExportNamedDeclaration":
      case "ExportDefaultDeclaration":
        if (node.declaration) visit(node.declaration, frame);
        rewriteExport(c, node);
        return;
    }
    if (isLoop(node)) return visitLoop(node, frame, []);
    forEachChild(node, (child) => visit(child, frame));
  };

  /** Links of an optional chain: calls in it are rewritten together with the chain. */
  const visitChainLink = (node: Node, frame: Frame): void => {
    if (node.type === "MemberExpression") {
      if (node.object.type !== "Super") visitChainLink(node.object, frame);
      if (node.computed) visit(node.property, frame);
    } else if (node.type === "CallExpression") {
      visitChainLink(node.callee, frame);
      for (const a of node.arguments) visit(a, frame);
    } else visit(node, frame);
  };

  /** A callee keeps its receiver: an imported function is called without one. */
  const visitCallee = (callee: Node, frame: Frame, viaHelper: boolean): void => {
    if (callee.type === "Identifier") {
      const replacement = identifierText(callee);
      if (replacement !== callee.name) {
        const bare = viaHelper || !replacement.includes(".") || replacement.startsWith("(");
        c.replace(callee.start, callee.end, bare ? replacement : `(0,${replacement})`);
      }
    } else visit(callee, frame);
  };

  const visitCall = (node: Node, frame: Frame): void => {
    const callee = node.callee;
    if (callee.type === "Super") {
      for (const a of node.arguments) visit(a, frame);
      return;
    }
    const superInArrow = callee.type === "MemberExpression" && callee.object.type === "Super" && frame.fn.kind === "arrow" && frame.twin;
    const blocks = frame.twin && !superInArrow && callMayBlock(node);
    visitCallee(callee, frame, blocks);
    for (const a of node.arguments) visit(a, frame);
    if (superInArrow) {
      const open = c.find("(", callee.end);
      c.replace(open, open + 1, `.call(this${node.arguments.length > 0 ? "," : ""}`);
    } else if (blocks) rewriteCall(c, frame, node, identifierText);
  };

  for (const statement of facts.tree.body) visit(statement, topFrame);

  for (const [position, lines] of c.hoisted) {
    if (position !== bodyStart(facts.tree)) text.appendLeft(position, lines.join(""));
  }
  const imports = facts.requests.map((_, i) => `${prefix}i${i}`);
  const params = [`${prefix}e`, `${prefix}g`, `${prefix}meta`, `${prefix}open`, `${prefix}require`, ...(format === "cjs" ? ["module", "exports"] : []), ...imports];
  const helpers = helperNames.map((name) => prefix + name).join();
  const hoistedTop = (c.hoisted.get(bodyStart(facts.tree)) ?? []).join("");
  const head =
    `(function(${helpers}){${format === "esm" ? '"use strict";' : ""}${c.prelude.join("")}return function*(${params.join()}){` +
    `${prologue(c, topFrame)}${hoistedTop}${exportGetters(c)}yield;`;
  text.prepend(head);
  if (source.startsWith("#!")) text.update(0, source.indexOf("\n") < 0 ? source.length : source.indexOf("\n"), "");
  text.append(`\n${exportValues(c)}}})`);
  const uses = (name: string) => [...facts.free].some((id) => id.name === name);
  return { text, asyncModule: facts.top.hasAwait, usesOpen: uses("open"), usesRequire: uses("require"), usesMeta };
}
