/**
 * Classes: methods that may block become generator methods under a hidden key, so that `super` keeps its meaning; a
 * static block then takes them off the class and puts functions with twins in their place.
 *
 * A base class's constructor that may block is split: the constructor proper makes the object and its fields, and its
 * body is a private generator method. A derived class's constructor stays plain (its body cannot be told from the
 * moment `super()` returns), so a Block in it holds the thread.
 */
import type { Node } from "../ast.ts";
import { TwinKind } from "../names.ts";
import type { FunctionFacts } from "../scope.ts";
import type { Context, Frame } from "./context.ts";
import { declareMaker, openBody } from "./function.ts";

/** What the class's static block has to register, by class node. */
export class ClassWork {
  readonly methods: string[] = [];
  constructorBody: string | undefined;
}

export function rewriteMethod(c: Context, frame: Frame, member: Node, work: ClassWork, enclosing: Frame): void {
  const { fn } = frame;
  const value = member.value;
  openBody(c, frame, value.start, value.body);
  if (fn.kind === "constructor") {
    const body = `#${c.fresh("ctor")}`;
    c.replace(
      member.start,
      value.start,
      `constructor(${parameterNames(fn)}){if(!${c.helper("raw")}(new.target))return ${c.helper("dc")}(this.${body}(...arguments))}*${body}`,
    );
    work.constructorBody = body;
    return;
  }
  const isStatic = member.static ? "static " : "";
  const kind = c.kindOf(fn);
  if (fn.privateName) {
    const body = `#${c.fresh("p")}`;
    const drive = c.helper(kind === TwinKind.Sync ? "d" : kind === TwinKind.Async ? "da" : kind === TwinKind.Generator ? "dg" : "dag");
    const star = kind === TwinKind.Generator ? "*" : "";
    const run = kind === TwinKind.Generator ? "return yield* " : "return ";
    c.replace(
      member.start,
      value.start,
      `${isStatic}${star}#${fn.key}(${parameterNames(fn)}){${run}${drive}(this.${body},this,arguments)}${isStatic}*${body}`,
    );
    return;
  }
  const maker = declareMaker(c, fn);
  const hidden = c.fresh("h");
  c.prelude.push(`const ${hidden}=Symbol();`);
  let key = JSON.stringify(fn.key);
  let computed = hidden;
  let from = member.start;
  if (member.computed) {
    key = c.fresh("x");
    enclosing.temps.push(key);
    const open = c.source.lastIndexOf("[", member.key.start);
    c.replace(from, open + 1, `${isStatic}*[(${key}=`);
    c.text.appendLeft(member.key.end, `,${hidden})`);
  } else {
    from = value.start;
    computed = `[${hidden}]`;
    c.replace(member.start, from, `${isStatic}*${computed}`);
  }
  work.methods.push(`[${member.static},${key},${hidden},${maker},${kind}]`);
}

const parameterNames = (fn: FunctionFacts): string => {
  const params: Node[] = fn.node.params;
  const at = params.findIndex((p) => p.type === "AssignmentPattern" || p.type === "RestElement");
  return Array.from({ length: at < 0 ? params.length : at }, (_, i) => `a${i}`).join();
};

/** Adds the static block that puts the work into effect. */
export function finishClass(c: Context, node: Node, work: ClassWork): void {
  let text = "";
  if (work.methods.length > 0) text += `${c.helper("cm")}(this,[${work.methods.join()}]);`;
  if (work.constructorBody) text += `${c.helper("cc")}(this,(o,a)=>o.${work.constructorBody}(...a));`;
  if (text) c.text.appendLeft(node.body.start + 1, `static{${text}}`);
}
