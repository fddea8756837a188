/**
 * Calls in tail position: some engines drop the caller's frame there in strict code, and with it the user's line from
 * stack traces. Such a call is assigned before it is returned.
 */
import { type Node, unwrap } from "../ast.ts";
import type { Context } from "./context.ts";

function isTailCall(expression: Node): boolean {
  const node = unwrap(expression);
  switch (node.type) {
    case "CallExpression":
    case "TaggedTemplateExpression":
      return true;
    case "ChainExpression":
      return isTailCall(node.expression);
    case "ConditionalExpression":
      return isTailCall(node.consequent) || isTailCall(node.alternate);
    case "LogicalExpression":
      return isTailCall(node.right);
    case "SequenceExpression":
      return isTailCall(node.expressions.at(-1));
    default:
      return false;
  }
}

/** Keeps the frame of the function that returns `expression`, rewritten already. */
export function keepFrame(c: Context, expression: Node): void {
  if (!isTailCall(expression)) return;
  const kept = `${c.prefix}z`;
  if (c.prelude[0] !== `let ${kept};`) c.prelude.unshift(`let ${kept};`);
  c.wrapExpression(expression, `(${kept}=`, ")");
}
