/**
 * Calls inside twins: the callee is asked for its twin; if there is one the call is delegated to it, else made plainly.
 *
 * `f(a)` becomes `(t = c1(void 0, f, a), k.p ? <delegate t> : t)`: the helper calls, and says in `k.p` whether `t` is the
 * result (0), a generator to delegate to (1), or a Block that has been prepared and only needs the VU to give way (2).
 * Receiver, callee and arguments are evaluated in the order of the language, each once.
 */
import type { Node } from "../ast.ts";
import type { Context, Frame } from "./context.ts";

const SIMPLE_ARITY_MAX = 4;

/** The part behind the helper's call: what to do with its answer. */
function continuation(c: Context, frame: Frame): string {
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

/** Rewrites a call that may block and is not part of an optional chain. */
export function rewriteCall(c: Context, frame: Frame, call: Node, identifierText: (id: Node) => string): void {
  const t = `${c.prefix}t`;
  const { name, list } = helperFor(c, call);
  const callee = call.callee;
  const open = c.find("(", callee.end);
  rewriteArguments(c, call, open, list);
  const member = callee.type === "MemberExpression" ? callee : undefined;
  if (member === undefined) {
    c.wrap(call.start, call.end, `(${t}=${name}(void 0,`, continuation(c, frame));
    return;
  }
  const object = member.object;
  if (object.type === "Super") {
    c.wrap(call.start, call.end, `(${t}=${name}(this,`, continuation(c, frame));
  } else if (object.type === "Identifier" || object.type === "ThisExpression") {
    const text = object.type === "Identifier" ? identifierText(object) : "this";
    c.wrap(call.start, call.end, `(${t}=${name}(${text},`, continuation(c, frame));
  } else {
    c.text.appendLeft(object.end, `),${t}`);
    c.wrap(call.start, call.end, `(${t}=${name}(${t}=(`, continuation(c, frame));
  }
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
  c.wrap(node.start, node.end, `(${c.prefix}t=${c.helper("n")}(`, continuation(c, frame));
}

/** Rewrites a tagged template; the template object stays the one of this place. */
export function rewriteTagged(c: Context, frame: Frame, node: Node, identifierText: (id: Node) => string): void {
  const t = `${c.prefix}t`;
  const { tag, quasi } = node;
  c.text.prependRight(quasi.start, `,${c.helper("tpl")}`);
  c.text.appendLeft(quasi.end, ")");
  const name = c.helper("ca");
  if (tag.type === "MemberExpression" && tag.object.type !== "Super") {
    if (tag.object.type === "Identifier") {
      c.wrap(node.start, node.end, `(${t}=${name}(${identifierText(tag.object)},`, continuation(c, frame));
    } else {
      c.text.appendLeft(tag.object.end, `),${t}`);
      c.wrap(node.start, node.end, `(${t}=${name}(${t}=(`, continuation(c, frame));
    }
  } else {
    const self = tag.type === "MemberExpression" ? "this" : "void 0";
    c.wrap(node.start, node.end, `(${t}=${name}(${self},`, continuation(c, frame));
  }
}

/**
 * Rewrites an optional chain in which a call may block.
 *
 * `a?.b(x).c` becomes `((x1 = a) == null ? void 0 : <call of x1.b>.c)`: what stands before each `?.` is kept in a
 * temporary, and the rest of the chain, to its very end, is the other branch.
 */
export function rewriteChain(c: Context, frame: Frame, chain: Node, mayBlock: (call: Node) => boolean): void {
  const elements: Node[] = [];
  let base = chain.expression;
  while (base.type === "MemberExpression" || base.type === "CallExpression") {
    elements.unshift(base);
    base = base.type === "MemberExpression" ? base.object : base.callee;
  }
  const temp = () => {
    const name = c.fresh("x");
    frame.temps.push(name);
    return name;
  };
  // `opening` collects what must stand before the current segment; `segmentStart` is where that is.
  let segmentStart = base.start;
  let opening = "";
  let lead = "";
  /** Text of the current value, if it is a mere name. */
  let receiver: string | undefined;
  const flush = (insertAt: number) => c.text.prependRight(insertAt, opening + lead);
  for (let i = 0; i < elements.length; i++) {
    const element = elements[i]!;
    const previousEnd = i === 0 ? base.end : elements[i - 1]!.end;
    const next = elements[i + 1];
    const calledNext = element.type === "MemberExpression" && next?.type === "CallExpression";
    if (element.optional) {
      const kept = temp();
      const token = c.find("?.", previousEnd);
      const isCall = element.type === "CallExpression";
      // close the part before: (kept = <segment>) == null ? void 0 :
      opening = `(${kept}=${opening}`;
      flush(segmentStart);
      const dot = element.type === "MemberExpression" && !element.computed ? "." : "";
      segmentStart = token + 2;
      c.replace(token, token + 2, `)==null?void 0:`);
      lead = `${kept}${dot}`;
      opening = "";
      if (isCall) {
        const self = receiver ?? "void 0";
        rewriteChainCall(element, self);
        receiver = undefined;
        continue;
      }
      receiver = undefined;
    } else if (element.type === "CallExpression") {
      rewriteChainCall(element, receiver ?? "void 0");
      receiver = undefined;
      continue;
    }
    if (calledNext) {
      // remember the receiver: (r = <segment so far>).name
      if (base.type === "Super" && i === 0) receiver = "this";
      else {
        const r = temp();
        const dotAt = element.optional ? segmentStart : element.object.end;
        if (element.optional) {
          // the lead is `kept.` or `kept`; the receiver is `kept` itself
          receiver = lead.endsWith(".") ? lead.slice(0, -1) : lead;
          frame.temps.splice(frame.temps.indexOf(r), 1);
        } else {
          opening = `${opening}(${r}=`;
          c.text.appendLeft(dotAt, ")");
          receiver = r;
        }
      }
    } else receiver = undefined;
  }
  flush(segmentStart);
  c.text.appendLeft(chain.end, ")");
  c.text.prependRight(chain.start, "(");

  function rewriteChainCall(call: Node, self: string): void {
    const open = c.find("(", call.optional ? c.find("?.", call.callee.end) + 2 : call.callee.end);
    if (!mayBlock(call)) {
      if (self !== "void 0" || call.optional) {
        // keep the receiver: <callee>.call(self, args)
        const list = call.arguments.length > 0 ? "," : "";
        c.replace(open, open + 1, `.call(${self}${list}`);
      }
      return;
    }
    const { name, list } = helperFor(c, call);
    // the receiver is evaluated as part of the callee, so the callee comes first: (cal)(callee, () => self)
    const kept = temp();
    frame.needsCallTemp = true;
    const t = `${c.prefix}t`;
    opening = `(${kept}=${opening}`;
    c.replace(open, open + 1, `,${t}=${name}(${self},${kept}${list ? ",[" : call.arguments.length > 0 ? "," : ""}`);
    if (list) c.text.update(call.end - 1, call.end, "])");
    c.text.appendLeft(call.end, continuation(c, frame));
  }
}

/** Whether an optional chain holds, among its own links, a call for which `mayBlock` holds. */
export function chainMayBlock(chain: Node, mayBlock: (call: Node) => boolean): boolean {
  for (let node = chain.expression; node.type === "MemberExpression" || node.type === "CallExpression"; ) {
    if (node.type === "CallExpression") {
      if (mayBlock(node)) return true;
      node = node.callee;
    } else node = node.object;
  }
  return false;
}
