/**
 * Classes: methods that may block become generator methods, so that `super` keeps its meaning; a static block then puts
 * functions with twins in their place. Those with computed names lie under a hidden key until then.
 *
 * A private method cannot be put in place later: it becomes a getter, which finds the one stub of the generator method
 * beside it. A base class's constructor that may block is split: the constructor proper makes the object and its fields,
 * and its body is a private generator method. A derived one becomes a generator inside of the constructor proper, to
 * which `this`, `super` and `new.target` are names: a plain `new` gives it the real ones and drives it, one in a twin is
 * handed the generator and gives it others (`vu/realm-source/construct.ts`). A Block in a field's value holds the thread.
 */
import type { Node } from "../ast.ts";
import { type FunctionFacts, isDerivedConstructor } from "../scope.ts";
import type { Context, Frame } from "./context.ts";
import { declareMaker, openBody } from "./function.ts";

/** What the class's static block has to do. */
export class ClassWork {
  /** [is static, key, maker, kind] of each method whose name is known. */
  readonly methods: string[] = [];
  /** There are methods with computed names. */
  hasComputed = false;
  constructorBody: string | undefined;
  hasDerivedConstructor = false;
}

/** @param isReplaced A later member has the same name, so this method is never seen. */
export function rewriteMethod(c: Context, frame: Frame, member: Node, work: ClassWork, isReplaced: boolean): void {
  const { fn } = frame;
  const value = member.value;
  openBody(c, frame, value.start, value.body);
  const isStatic = member.static ? "static " : "";
  if (isDerivedConstructor(fn)) {
    c.replace(member.start, value.start, derivedOpening(c, parameterNames(fn), fn.owner!));
    c.text.appendLeft(member.end, derivedEnd(c));
    work.hasDerivedConstructor = true;
    return;
  }
  if (fn.kind === "constructor") {
    const body = `#ctor_${fn.owner?.id?.name ?? ""}${c.fresh("t")}`;
    const plain = `constructor(${parameterNames(fn)}){if(arguments[0]!==${c.helper("raw")})return ${c.helper("d")}(this.${body},this,arguments)}`;
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
  const key = JSON.stringify(fn.key);
  c.replace(member.start, value.start, `${isStatic}*${key}`);
  if (!isReplaced) work.methods.push(`[${member.static},${key},${maker},${kind}]`);
}

/** What stands before and behind the parameters and body of a derived class's constructor. */
function derivedOpening(c: Context, parameters: string, owner: Node): string {
  const { prefix } = c;
  const names = ["A", "N", "S", "T", "U"].map((name) => prefix + name).join();
  return `constructor(${parameters}){const ${prefix}b=(${names})=>function*${owner.id?.name ?? ""}${c.fresh("t")}`;
}
function derivedEnd(c: Context): string {
  const { prefix } = c;
  const superMember = `k=>${c.helper("sup")}(()=>super[k],x=>{super[k]=x})`;
  const body = `${prefix}b(arguments,new.target,${superMember},()=>this,(...a)=>super(...a))`;
  const plain = `${c.helper("dd")}(${body},arguments,()=>this)`;
  return `;return arguments[0]!==${c.helper("raw")}?${plain}:arguments.length>1?super():${prefix}b}`;
}

/** Gives a derived class the constructor that it would have anyway, because its parent's may block. */
export function addConstructor(c: Context, node: Node, work: ClassWork): void {
  const { prefix } = c;
  const k = c.helper("k");
  const body = `(...a){const t=${prefix}U(...a);return ${k}.p?(${k}.p=0,yield*t):t}`;
  c.text.appendLeft(node.body.start + 1, `${derivedOpening(c, "", node)}${body}${derivedEnd(c)}`);
  work.hasDerivedConstructor = true;
}

const parameterNames = (fn: FunctionFacts): string => {
  const params: Node[] = fn.node.params;
  const at = params.findIndex((p) => p.type === "AssignmentPattern" || p.type === "RestElement");
  return Array.from({ length: at < 0 ? params.length : at }, (_, i) => `a${i}`).join();
};

/** Whether objects get fields, private methods or private accessors from a class. */
const hasMembers = (node: Node): boolean =>
  node.body.body.some(
    (member: Node) =>
      !member.static && (member.type === "PropertyDefinition" || member.key?.type === "PrivateIdentifier"),
  );

/** Adds the static block that puts the work into effect. */
export function finishClass(c: Context, node: Node, work: ClassWork): void {
  let text = "";
  if (work.methods.length > 0 || work.hasComputed) text += `${c.helper("cm")}(this,[${work.methods.join()}]);`;
  if (work.constructorBody) text += `${c.helper("cc")}(this,o=>o.${work.constructorBody});`;
  if (work.hasDerivedConstructor) text += `${c.helper("cd")}(this,${hasMembers(node)});`;
  if (text) c.text.appendLeft(node.body.start + 1, `static{${text}}`);
}
