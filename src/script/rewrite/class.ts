/**
 * Classes: methods that may block become generator methods under a hidden key, so that `super` keeps its meaning; a
 * static block then takes them off the class and puts functions with twins in their place.
 *
 * A private method cannot be put in place later: it becomes a getter, which finds the one stub of the generator method
 * beside it. A base class's constructor that may block is split: the constructor proper makes the object and its fields,
 * and its body is a private generator method. A derived class's constructor stays plain (its body cannot be told from
 * the moment `super()` returns), so a Block in it holds the thread.
 */
import type { Node } from "../ast.ts";
import type { FunctionFacts } from "../scope.ts";
import type { Context, Frame } from "./context.ts";
import { declareMaker, openBody } from "./function.ts";

/** What the class's static block has to do. */
export class ClassWork {
  hasMethods = false;
  constructorBody: string | undefined;
}

/** @param isReplaced A later member has the same name, so this method is never seen. */
export function rewriteMethod(c: Context, frame: Frame, member: Node, work: ClassWork, isReplaced: boolean): void {
  const { fn } = frame;
  const value = member.value;
  openBody(c, frame, value.start, value.body);
  const isStatic = member.static ? "static " : "";
  if (fn.kind === "constructor") {
    const body = `#ctor_${fn.owner?.id?.name ?? ""}${c.fresh("t")}`;
    const plain = `constructor(${parameterNames(fn)}){if(arguments[0]!==${c.helper("raw")})return ${c.helper("dc")}(this.${body}(...arguments))}`;
    c.replace(member.start, value.start, `${plain}*${body}`);
    work.constructorBody = body;
    return;
  }
  const maker = declareMaker(c, fn);
  const kind = c.kindOf(fn);
  if (fn.privateName) {
    const body = `#${fn.key}${c.fresh("t")}`;
    const getter = `get #${fn.key}(){return ${c.helper("pm")}(this.${body},${maker},${kind})}`;
    c.replace(member.start, value.start, `${isStatic}${getter}${isStatic}*${body}`);
    return;
  }
  work.hasMethods = true;
  const before = `${isStatic}*[${c.helper("hk")}(${maker},${kind},`;
  if (member.computed) {
    c.replace(member.start, c.source.lastIndexOf("[", member.key.start) + 1, before);
    c.text.appendLeft(member.key.end, ")");
  } else c.replace(member.start, value.start, `${before}${isReplaced ? "" : JSON.stringify(fn.key)})]`);
}

const parameterNames = (fn: FunctionFacts): string => {
  const params: Node[] = fn.node.params;
  const at = params.findIndex((p) => p.type === "AssignmentPattern" || p.type === "RestElement");
  return Array.from({ length: at < 0 ? params.length : at }, (_, i) => `a${i}`).join();
};

/** Adds the static block that puts the work into effect. */
export function finishClass(c: Context, node: Node, work: ClassWork): void {
  let text = "";
  if (work.hasMethods) text += `${c.helper("cm")}(this);`;
  if (work.constructorBody) text += `${c.helper("cc")}(this,(o,a)=>o.${work.constructorBody}(...a));`;
  if (text) c.text.appendLeft(node.body.start + 1, `static{${text}}`);
}
