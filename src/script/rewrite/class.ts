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
  /** [is static, key, name of the generator method, maker, kind] of each method whose name is known. */
  readonly methods: string[] = [];
  /** There are methods with computed names. */
  hasComputed = false;
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
  if (member.computed) {
    work.hasComputed = true;
    const before = `${isStatic}*[${c.helper("hk")}(${isReplaced ? "void 0" : maker},${kind},`;
    c.replace(member.start, c.source.lastIndexOf("[", member.key.start) + 1, before);
    c.text.appendLeft(member.key.end, ")");
    return;
  }
  // stacks tell the name that stands in the text
  const hidden = JSON.stringify(`${fn.key}${c.fresh("t")}`);
  c.replace(member.start, value.start, `${isStatic}*${hidden}`);
  work.methods.push(`[${member.static},${isReplaced ? "void 0" : JSON.stringify(fn.key)},${hidden},${maker},${kind}]`);
}

const parameterNames = (fn: FunctionFacts): string => {
  const params: Node[] = fn.node.params;
  const at = params.findIndex((p) => p.type === "AssignmentPattern" || p.type === "RestElement");
  return Array.from({ length: at < 0 ? params.length : at }, (_, i) => `a${i}`).join();
};

/** Adds the static block that puts the work into effect. */
export function finishClass(c: Context, node: Node, work: ClassWork): void {
  let text = "";
  if (work.methods.length > 0 || work.hasComputed) text += `${c.helper("cm")}(this,[${work.methods.join()}]);`;
  if (work.constructorBody) text += `${c.helper("cc")}(this,(o,a)=>o.${work.constructorBody}(...a));`;
  if (text) c.text.appendLeft(node.body.start + 1, `static{${text}}`);
}
