/**
 * Calls inside twins: the callee is asked for its twin; if there is one the call is delegated to it, else made plainly.
 *
 * `f(a)` becomes `(t = c1(void 0, f, a), k.p ? <delegate t> : t)`: the helper calls, and says in `k.p` whether `t` is the
 * result (0), a generator to delegate to (1), or a Block that has been prepared and only needs the VU to give way (2).
 * Receiver, callee and arguments are evaluated in the order of the language, each once.
 */
import { type Node, unwrap } from "../ast.ts";
import type { Context, Frame } from "./context.ts";

const SIMPLE_ARITY_MAX = 4;

/** The part behind the helper's call for `node`: what to do with its answer. */
export function continuation(c: Context, frame: Frame, node: Node): string {
  c.calls.push(node);
  frame.needsCallTemp = true;
  const t = `${c.prefix}t`;
  const k = c.helper("k");
  return `,${k}.p?${k}.p===1?(${k}.p=0,yield*${t}):(${k}.p=0,yield):${t})`;
}

const hasSpread = (call: Node): boolean => call.arguments.some((a: Node) => a.type === "SpreadElement");

function helperFor(c: Context, call: Node): { name: string; list: boolean } {
  const list = hasSpread(call) || call.arguments.length > SIMPLE_ARITY_MAX;
  return { name: c.helper(list ? "ca" : (`c${call.arguments.length}` as "c0")), list };
}

/** Rewrites the parenthesised arguments of a call into further arguments of the helper; returns what closes them. */
function rewriteArguments(c: Context, call: Node, open: number, list: boolean): void {
  if (list) {
    c.replace(open, open + 1, ",[");
    c.text.update(call.end - 1, call.end, "])");
  } else c.replace(open, open + 1, call.arguments.length > 0 ? "," : "");
}

/**
 * Opens the helper's call in front of a callee: `(t = c1(receiver, callee`; the parentheses around a member go, because
 * those around a receiver do not take it away.
 */
function rewriteCallee(
  c: Context,
  frame: Frame,
  whole: Node,
  callee: Node,
  helper: string,
  identifierText: (id: Node) => string,
): void {
  const t = `${c.prefix}t`;
  const member = unwrap(callee);
  let open: string;
  if (member.type !== "MemberExpression") open = `(${t}=${helper}(void 0,`;
  else {
    dropParentheses(c, callee);
    const { object } = member;
    if (object.type === "Super") open = `(${t}=${helper}(${c.thisText(frame)},`;
    else if (object.type === "ThisExpression") open = `(${t}=${helper}(${c.thisText(frame)},`;
    else if (object.type === "Identifier" && !isArguments(c, object))
      open = `(${t}=${helper}(${identifierText(object)},`;
    else {
      c.text.appendLeft(object.end, `),${t}`);
      open = `(${t}=${helper}(${t}=(`;
    }
  }
  c.wrap(whole.start, whole.end, open, continuation(c, frame, whole));
}

function dropParentheses(c: Context, node: Node): void {
  const inner = unwrap(node);
  if (inner === node) return;
  c.replace(node.start, inner.start, "");
  c.replace(inner.end, node.end, "");
}

/** `arguments` itself, which is not a name like others. */
const isArguments = (c: Context, id: Node): boolean => id.name === "arguments" && !c.facts.references.has(id);

/** Rewrites a call that may block and is not part of an optional chain. */
export function rewriteCall(c: Context, frame: Frame, call: Node, identifierText: (id: Node) => string): void {
  const { name, list } = helperFor(c, call);
  rewriteArguments(c, call, c.find("(", call.callee.end), list);
  rewriteCallee(c, frame, call, call.callee, name, identifierText);
}

/** Rewrites `(a?.b)(c)`, whose callee has been rewritten and left its receiver in a temporary. */
export function rewriteCallOfChain(c: Context, frame: Frame, call: Node, receiver: string): void {
  const t = `${c.prefix}t`;
  const { name, list } = helperFor(c, call);
  const kept = c.fresh("x");
  frame.temps.push(kept);
  const open = c.find("(", call.callee.end);
  const separator = list ? ",[" : call.arguments.length > 0 ? "," : "";
  c.replace(open, open + 1, `,${t}=${name}(${receiver},${kept}${separator}`);
  if (list) c.text.update(call.end - 1, call.end, "])");
  c.wrap(call.start, call.end, `(${kept}=`, continuation(c, frame, call));
}

/** Rewrites `new C(a)`. */
export function rewriteNew(c: Context, frame: Frame, node: Node): void {
  const callee = node.callee;
  c.replace(node.start, callee.start, "");
  const after = c.skipBlank(callee.end);
  if (after < node.end && c.source[after] === "(") {
    c.replace(after, after + 1, ",[");
    c.text.update(node.end - 1, node.end, "])");
  } else c.text.appendLeft(node.end, ",[])");
  c.wrap(node.start, node.end, `(${c.prefix}t=${c.helper("n")}(`, continuation(c, frame, node));
}

/** Rewrites a tagged template; the template object stays the one of this place. */
export function rewriteTagged(c: Context, frame: Frame, node: Node, identifierText: (id: Node) => string): void {
  const { tag, quasi } = node;
  c.text.prependRight(quasi.start, `,${c.helper("tpl")}`);
  c.text.appendLeft(quasi.end, ")");
  rewriteCallee(c, frame, node, tag, c.helper("ca"), identifierText);
}

/**
 * Rewrites an optional chain in which a call may block.
 *
 * `a?.b(x).c` becomes `((x1 = a) == null ? void 0 : <call of x1.b>.c)`: what stands before each `?.` is kept in a
 * temporary, and the rest of the chain, to its very end, is the other branch.
 *
 * @returns The receiver of a call of the whole chain, if `keepReceiver` asks for it.
 */
export function rewriteChain(
  c: Context,
  frame: Frame,
  chain: Node,
  { mayBlock, keepReceiver = false }: { mayBlock(call: Node): boolean; keepReceiver?: boolean },
): string {
  const { base, elements } = linksOf(chain);
  const temp = () => {
    const name = c.fresh("x");
    frame.temps.push(name);
    return name;
  };
  // `opening` collects what must stand before the current segment, which begins with `lead`, at `segmentStart`.
  let segmentStart = chain.start;
  let opening = "";
  let lead = "";
  for (const { callee } of elements)
    if (callee && unwrap(callee).type === "MemberExpression") dropParentheses(c, callee);
  const inner = calledChain(chain);
  /** Where the receiver of the next call is kept. */
  let receiver = inner === undefined ? "void 0" : rewriteChain(c, frame, inner, { mayBlock, keepReceiver: true });
  const flush = () => c.text.prependRight(segmentStart, opening + lead);

  const rewriteLinkCall = (call: Node, previousEnd: number, self: string): void => {
    const open = c.find("(", call.optional ? c.find("?.", previousEnd) + 2 : previousEnd);
    const list = call.arguments.length > 0;
    if (!mayBlock(call)) {
      // a cut has taken the receiver from its member
      if (self !== "void 0") c.replace(open, open + 1, `.call(${self}${list ? "," : ""}`);
      return;
    }
    const helper = helperFor(c, call);
    const kept = temp();
    opening = `(${kept}=${opening}`;
    c.replace(open, open + 1, `,${c.prefix}t=${helper.name}(${self},${kept}${helper.list ? ",[" : list ? "," : ""}`);
    if (helper.list) c.text.update(call.end - 1, call.end, "])");
    c.text.appendLeft(call.end, continuation(c, frame, call));
  };

  for (let i = 0; i < elements.length; i++) {
    const element = elements[i]!;
    const next = elements[i + 1];
    const previousEnd = i === 0 ? base.end : elements[i - 1]!.end;
    const isCall = element.type === "CallExpression";
    if (element.optional) {
      const kept = temp();
      const token = c.find("?.", previousEnd);
      opening = `(${kept}=${opening}`;
      flush();
      c.replace(token, token + 2, ")==null?void 0:");
      segmentStart = token + 2;
      opening = "";
      lead = !isCall && !element.computed ? `${kept}.` : kept;
      if (isCall) rewriteLinkCall(element, previousEnd, receiver);
      receiver = "void 0";
      if (!isCall && needsReceiver(next)) receiver = kept;
      continue;
    }
    if (isCall) {
      rewriteLinkCall(element, previousEnd, receiver);
      receiver = "void 0";
    } else if (!needsReceiver(next) && !isSuperCall(frame, next)) receiver = "void 0";
    else if (element.object.type === "Super") receiver = c.thisText(frame);
    else {
      receiver = temp();
      opening = `(${receiver}=${opening}`;
      c.text.appendLeft(previousEnd, ")");
    }
  }
  flush();
  c.text.appendLeft(chain.end, ")");
  c.text.prependRight(chain.start, "(");
  return receiver;

  /** Whether what follows a member is a call that is given its receiver by hand. */
  function needsReceiver(next: Node | undefined): boolean {
    if (next === undefined) return keepReceiver;
    return next.type === "CallExpression" && (next.optional || mayBlock(next));
  }
}

/** The members and calls of an optional chain, and what they start from. */
function linksOf(chain: Node): { base: Node; elements: Node[] } {
  const elements: Node[] = [];
  let base = chain.expression;
  while (base.type === "MemberExpression" || (base.type === "CallExpression" && base.callee.type !== "Super")) {
    elements.unshift(base);
    base = base.type === "MemberExpression" ? base.object : calleeLink(base);
  }
  return { base, elements };
}

/** `super.m()` where `super` goes by another name, so that the call must be told its receiver. */
function isSuperCall(frame: Frame, node: Node | undefined): boolean {
  if (!frame.aliased || node?.type !== "CallExpression") return false;
  const member = unwrap(node.callee);
  return member.type === "MemberExpression" && member.object.type === "Super";
}

/** Tells a call that is made plainly its receiver, if it needs that. */
export function keepSuperReceiver(c: Context, frame: Frame, call: Node): void {
  if (!isSuperCall(frame, call)) return;
  const open = c.find("(", call.callee.end);
  const dot = call.optional ? "" : ".";
  c.replace(open, open + 1, `${dot}call(${c.thisText(frame)}${call.arguments.length > 0 ? "," : ""}`);
}

/** What is called: parentheses around a member do not take its receiver away. */
export function calleeLink(call: Node): Node {
  const callee = unwrap(call.callee);
  return callee.type === "MemberExpression" ? callee : call.callee;
}

/** The chain `a?.b` of `(a?.b)()?.c`, which has the receiver of the call; both are rewritten, or neither. */
function calledChain(chain: Node): Node | undefined {
  const first = linksOf(chain).elements[0];
  return first?.type === "CallExpression" ? memberChain(first.callee) : undefined;
}

/** The chain `a?.b` that a callee is; undefined for one without a receiver. */
export function memberChain(callee: Node): Node | undefined {
  const chain = unwrap(callee);
  return chain.type === "ChainExpression" && unwrap(chain.expression).type === "MemberExpression" ? chain : undefined;
}

/** Whether an optional chain holds, among its own links, a call for which `mayBlock` holds. */
export function chainMayBlock(chain: Node, mayBlock: (call: Node) => boolean): boolean {
  const inner = calledChain(chain);
  if (inner !== undefined && chainMayBlock(inner, mayBlock)) return true;
  return linksOf(chain).elements.some((link) => link.type === "CallExpression" && mayBlock(link));
}
