/**
 * await, yield and return: in a twin they become yields of tokens that the runtime's drivers tell apart.
 *
 * A bare `yield` is a Block, `yield w(x)` an await, `yield v(x)` a value that the script's own generator yields.
 */
import type { Node } from "../ast.ts";
import type { Context, Frame } from "./context.ts";

export function rewriteAwait(c: Context, node: Node): void {
  c.replaceBefore(node.start, node.argument.start, `(yield ${c.helper("w")}(`);
  c.text.appendLeft(node.end, "))");
}

export function rewriteYield(c: Context, frame: Frame, node: Node): void {
  const isAsync = frame.fn.async;
  if (node.delegate) {
    c.replaceBefore(node.start, node.argument.start, `(yield* ${c.helper(isAsync ? "vas" : "vs")}(`);
    c.text.appendLeft(node.end, "))");
    return;
  }
  // an async generator awaits what it yields
  const before = isAsync ? `(yield ${c.helper("v")}(yield ${c.helper("w")}(` : `(yield ${c.helper("v")}(`;
  const after = isAsync ? ")))" : "))";
  if (node.argument) {
    c.replaceBefore(node.start, node.argument.start, before);
    c.text.appendLeft(node.end, after);
  } else c.replace(node.start, node.end, `${before}${after}`);
}

/** An async generator awaits what it returns. */
export function rewriteReturn(c: Context, frame: Frame, node: Node): void {
  if (!(frame.twin && frame.fn.async && frame.fn.generator) || !node.argument) return;
  c.text.prependRight(node.argument.start, `(yield ${c.helper("w")}(`);
  c.text.appendLeft(node.argument.end, "))");
}
