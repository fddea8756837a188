/**
 * Loops and handlers: a budget in every loop, iteration whose `next()` may block, and no `catch` or `finally` for a VU
 * that is being interrupted.
 *
 * The budget is a counter that all loops of a thread share (`k.n`). When it is used up, a twin lets other VUs run; plain
 * code looks at the clock and, past the VU's deadline, throws the interruption (`k.x` is set while that unwinds).
 */
import type { Node } from "../ast.ts";
import { continuation } from "./call.ts";
import type { Context, Frame } from "./context.ts";

/** Inserts the budget check at the start of a loop's body. */
export function budget(c: Context, frame: Frame | undefined, body: Node): void {
  const k = c.helper("k");
  const check = frame?.twin ? `if(--${k}.n<0&&${c.helper("tick")}())yield;` : `if(--${k}.n<0)${c.helper("tickp")}();`;
  if (body.type === "BlockStatement") c.text.appendLeft(body.start + 1, check);
  else {
    c.text.prependRight(body.start, `{${check}`);
    c.text.appendLeft(body.end, "}");
  }
}

/**
 * Rewrites a for-of (or for await) whose steps may block.
 *
 * `label: for (const x of e) body` becomes
 * `{const i = it(e); try { label: for (; i.step();) { const x = i.v; body } } catch ... finally ...}`, where `it` and
 * `step` answer like the call helpers do.
 */
export function rewriteForOf(c: Context, frame: Frame, loop: Node, labels: readonly Node[]): void {
  const i = c.fresh("i");
  const e = c.fresh("e");
  const open = c.find("(", loop.await ? c.find("await", loop.start) + 5 : loop.start + 3);
  const { left, right, body } = loop;
  // The target, rewritten already, moves into the body.
  const declares = left.type === "VariableDeclaration";
  c.text.prependRight(left.start, declares ? "{" : "{(");
  c.text.appendLeft(left.end, declares ? `=${i}.v;` : `=${i}.v);`);
  const names = labels.map((label) => `${label.label.name}:`).join("");
  for (const label of labels) c.replace(label.start, c.find(":", label.label.end) + 1, "");
  // head: `for (` ... `of` right `)`
  const t = `${c.prefix}t`;
  c.replace(loop.start, open + 1, `{const ${i}=(${t}=${c.helper(loop.await ? "ait" : "it")}(`);
  c.replace(left.end, right.start, "");
  const close = c.find(")", right.end);
  const rest = continuation(c, frame, loop.right);
  c.replace(close, close + 1, `)${rest};try{${names}for(;(${t}=${i}.step()${rest};)`);
  // last: replacing text takes what was moved behind it along
  c.text.move(left.start, left.end, body.start);
  const k = c.helper("k");
  c.text.appendLeft(
    body.end,
    `}}catch(${e}){${i}.failed=true;throw ${e}}finally{if(!${i}.done&&!${k}.x)yield* ${i}.close()}}`,
  );
}

/** Makes `catch` pass an interruption on, and `finally` do nothing while one unwinds. */
export function rewriteTry(c: Context, node: Node): void {
  const k = c.helper("k");
  if (node.handler) {
    const { param, body } = node.handler;
    if (param === null) {
      const name = c.fresh("e");
      c.text.appendLeft(c.find("catch", node.handler.start) + 5, `(${name})`);
      c.text.appendLeft(body.start + 1, `if(${k}.x)throw ${name};`);
    } else if (param.type === "Identifier") c.text.appendLeft(body.start + 1, `if(${k}.x)throw ${param.name};`);
    else {
      const name = c.fresh("e");
      const close = c.find(")", param.end);
      c.text.prependRight(param.start, `${name}){if(${k}.x)throw ${name};let `);
      c.replace(close, close + 1, `=${name};`);
      c.text.appendLeft(body.end, "}");
    }
  }
  if (node.finalizer) {
    c.text.appendLeft(node.finalizer.start + 1, `if(!${k}.x){`);
    c.text.prependRight(node.finalizer.end - 1, "}");
  }
}
