/**
 * Random programs: the body of an async function that knows `log`, `op` and `boom`, made from a tape of numbers.
 *
 * Every choice reads one number, and a tape that has run out reads zeros, which choose the simplest form; so cutting a tape
 * (what fast-check does to a failure) gives a smaller program that still parses. Programs end: loops count, and
 * every function spends from one store of fuel.
 *
 * A program never leaves a rejected promise alone and never compares more than two elements in a comparator, because
 * the language leaves open in which order that happens.
 */
export interface ProgramInit {
  /** `op` and `boom`, which block, may be called. */
  blocking: boolean;
  /** Sloppy code. */
  sloppy?: boolean;
}

/** What the code around allows. */
interface Around {
  isAsync: boolean;
  isGenerator: boolean;
  /** `return`, `this` and `arguments` of a function of the program. */
  inFunction: boolean;
  hasSuper: boolean;
  loops: readonly string[];
  blocks: readonly string[];
  inLoop: boolean;
  depth: number;
}

const VARIABLES = ["a", "b", "c", "o", "r"];

export class RandomProgram {
  private at = 0;
  private counter = 0;
  private readonly tape: readonly number[];
  private readonly blocking: boolean;
  private readonly sloppy: boolean;

  constructor(tape: readonly number[], { blocking, sloppy = false }: ProgramInit) {
    this.tape = tape;
    this.blocking = blocking;
    this.sloppy = sloppy;
  }

  /** The text of the body. */
  text(): string {
    const around: Around = {
      isAsync: true,
      isGenerator: false,
      inFunction: false,
      hasSuper: false,
      loops: [],
      blocks: [],
      inLoop: false,
      depth: 0,
    };
    const parts: string[] = [PRELUDE];
    const count = 1 + this.pick(5);
    for (let i = 0; i < count; i++) {
      parts.push(`try {\n${this.statements(around)}} catch (error) { log("caught", error) }`);
    }
    parts.push(`log("end", a, b, c, o, r);`);
    return parts.join("\n");
  }

  private pick(choices: number): number {
    const value = this.tape[this.at++] ?? 0;
    return value % choices;
  }

  private oneOf(...forms: (() => string)[]): string {
    return forms[this.pick(forms.length)]!();
  }

  private fresh(stem: string): string {
    return `${stem}${++this.counter}`;
  }

  // ---- statements ------------------------------------------------------------------------------------------------

  private statements(around: Around): string {
    const count = 1 + this.pick(around.depth > 2 ? 2 : 3);
    let text = "";
    for (let i = 0; i < count; i++) text += `${this.statement({ ...around, depth: around.depth + 1 })}\n`;
    return text;
  }

  /** Ends with a semicolon or leaves that to the parser. */
  private end(text: string): string {
    const guarded = /^[([`+\-/{]|^(?:function|class|let|async)\b/.test(text) ? `;(${text})` : text;
    return this.pick(2) === 0 ? `${guarded};` : guarded;
  }

  private block(around: Around): string {
    return `{\n${this.statements(around)}}`;
  }

  private statement(around: Around): string {
    const e = () => this.expression(around);
    if (around.depth > 4) return this.end(e());
    const name = this.fresh("v");
    return this.oneOf(
      () => this.end(e()),
      () => this.end(`log(${e()})`),
      () => this.end(`a = ${e()}`),
      () => `if (${e()}) ${this.body(around)}${this.pick(2) ? ` else ${this.body(around)}` : ""}`,
      () => this.loop(around),
      () => this.loop(around),
      () => this.tryStatement(around),
      () =>
        this.end(`const ${name} = ${e()}, { p: ${name}p = ${e()}, ...${name}r } = Object(${e()})`) +
        `\nlog(${name}, ${name}p)`,
      () =>
        this.end(`var [${name}, ${name}b = ${e()}, ...${name}c] = ${this.iterable(around)}`) +
        `\nlog(${name}, ${name}b, ${name}c)`,
      () => this.functionDeclaration(around),
      () => this.classDeclaration(around),
      () => this.end(`throw new Error("u:" + ${e()})`),
      () => this.switchStatement(around),
      () => this.labelledBlock(around),
      () => (around.inFunction ? this.end(`return ${e()}`) : this.end(`throw ${e()}`)),
      () => this.jump(around),
      () => (this.sloppy ? this.sloppyStatement(around) : this.block(around)),
    );
  }

  /** What an `if` or a loop governs: a block, or a single statement without one. */
  private body(around: Around): string {
    if (this.pick(3) > 0) return this.block(around);
    return `${this.end(this.expression(around)).replace(/^;/, "")}\n`;
  }

  private jump(around: Around): string {
    const targets = [
      ...(around.inLoop ? ["break", "continue"] : []),
      ...around.loops.flatMap((label) => [`break ${label}`, `continue ${label}`]),
      ...around.blocks.map((label) => `break ${label}`),
    ];
    if (targets.length === 0) return this.end(this.expression(around));
    return `if (${this.expression(around)}) ${this.end(targets[this.pick(targets.length)]!)}\n`;
  }

  private labelledBlock(around: Around): string {
    const label = this.fresh("L");
    return `${label}: ${this.block({ ...around, blocks: [...around.blocks, label] })}`;
  }

  private loop(around: Around): string {
    const i = this.fresh("i");
    const label = this.pick(2) ? this.fresh("L") : undefined;
    const inner: Around = { ...around, inLoop: true, loops: label ? [...around.loops, label] : around.loops };
    const head = label ? `${label}: ` : "";
    const body = () => this.body(inner);
    const await_ = around.isAsync && this.pick(3) === 0;
    return this.oneOf(
      () => `${head}for (const ${i} of ${this.iterable(around)}) ${body()}`,
      () => `${head}for (let ${i} = 0; ${i} < 2; ${i}++) ${body()}`,
      () =>
        `${head}for (const [${i}, ${i}b = ${this.expression(around)}] of [[1], [${this.expression(around)}, 2]]) ${body()}`,
      () => `${head}for (${this.pick(2) ? "a" : "o.q"} of ${this.iterable(around)}) ${body()}`,
      () => `let ${i} = 0\n${head}while (${i}++ < 2 && ${this.operand(around)}) ${body()}`,
      () => `let ${i} = 0\n${head}do ${body()} while (${i}++ < 1 && ${this.operand(around)})`,
      () => `${head}for (const ${i} in { x: 1, [${this.expression(around)}]: 2 }) ${body()}`,
      () =>
        await_
          ? `${head}for await (const ${i} of ${this.pick(2) ? this.asyncIterable(around) : this.iterable(around)}) ${body()}`
          : `const ${i}s = []\nfor (let ${i} = 0; ${i} < 2; ${i}++) ${i}s.push(() => ${i} + ${this.operand({ ...around, isAsync: false, isGenerator: false })})\nlog(${i}s.map((f) => f()))`,
    );
  }

  private tryStatement(around: Around): string {
    const caught = this.oneOf(
      () => ` catch (e) { log("in", e)\n${this.statements(around)}}`,
      () => ` catch { ${this.statements(around)}}`,
      () => ` catch ({ message, name: n = ${this.expression(around)} }) { log(n)\n${this.statements(around)}}`,
      () => "",
    );
    const last = caught === "" || this.pick(2) ? ` finally ${this.block(around)}` : "";
    return `try ${this.block(around)}${caught}${last}`;
  }

  private switchStatement(around: Around): string {
    const label = this.fresh("L");
    const inner: Around = { ...around, blocks: [...around.blocks, label] };
    const f = this.fresh("f");
    return (
      `${label}: switch (${this.expression(around)}) {\ncase ${this.expression(around)}: ${this.statements(inner)}` +
      `case 1: log(${f}(${this.expression(around)}))\n${this.statements(inner)}${this.pick(2) ? `break ${label}\n` : ""}` +
      `default: ${this.statements(inner)}function ${f}(x) ${this.functionBody(around, {})}\n}`
    );
  }

  private sloppyStatement(around: Around): string {
    const f = this.fresh("f");
    return this.oneOf(
      () =>
        `log(typeof ${f})\nif (${this.expression(around)}) { function ${f}(x) ${this.functionBody(around, {})} }\nlog(typeof ${f}, ${f} && ${f}(1))`,
      () => this.end(`${this.fresh("global")} = ${this.expression(around)}`),
      () => `log((function () { return this === globalThis }).call(${this.pick(2) ? "undefined" : "null"}))`,
      () =>
        `log((function (x, y) { x = ${this.expression({ ...around, isAsync: false, isGenerator: false })}; return [arguments[0], arguments.length] })(1, 2))`,
    );
  }

  // ---- functions and classes -------------------------------------------------------------------------------------

  private functionBody(around: Around, flags: Partial<Around>): string {
    const inner: Around = {
      ...around,
      isAsync: false,
      isGenerator: false,
      inFunction: true,
      hasSuper: false,
      loops: [],
      blocks: [],
      inLoop: false,
      depth: around.depth + 1,
      ...flags,
    };
    const yields = inner.isGenerator ? `yield ${this.operand(inner)}\n` : "";
    return `{ if (--fuel < 0) return 0\n${yields}${this.statements(inner)}return ${this.expression(inner)}${this.pick(2) ? ";" : ""} }`;
  }

  private parameters(around: Around): string {
    const plain: Around = { ...around, isAsync: false, isGenerator: false, hasSuper: false, inFunction: false };
    return this.oneOf(
      () => "x",
      () => "",
      () => `x, y = ${this.expression(plain)}`,
      () => `{ p: x = ${this.expression(plain)}, ...y } = o`,
      () => `x = ${this.expression(plain)}, ...y`,
      () => `[x, y = ${this.expression(plain)}] = r`,
    );
  }

  private functionDeclaration(around: Around): string {
    const f = this.fresh("f");
    const params = this.parameters(around);
    const call = (text: string) => `try { ${text} } catch (e) { log("call", e) }`;
    const argument = this.expression(around);
    return this.oneOf(
      () =>
        `${call(`log(${f}(${argument}), ${f}.name, ${f}.length)`)}\nfunction ${f}(${params}) ${this.functionBody(around, {})}`,
      () =>
        `function* ${f}(${params}) ${this.functionBody(around, { isGenerator: true })}\n${call(`log([...${f}(${argument})])`)}`,
      () =>
        `function* ${f}(${params}) ${this.functionBody(around, { isGenerator: true })}\n${call(this.steps(around, f))}`,
      () =>
        `async function ${f}(${params}) ${this.functionBody(around, { isAsync: true })}\n` +
        (around.isAsync && this.pick(2)
          ? call(`log(await ${f}(${argument}))`)
          : `${f}(${argument}).then((v) => log("then", v), (e) => log("rejected", e))`),
      () =>
        `async function* ${f}(${params}) ${this.functionBody(around, { isAsync: true, isGenerator: true })}\n` +
        (around.isAsync
          ? call(`for await (const x of ${f}(${argument})) log(x)`)
          : `${call(`${f}(${argument}).next(1).then((v) => log("then", v), (e) => log("rejected", e))`)}`),
      () =>
        `async function* ${f}(${params}) ${this.functionBody(around, { isAsync: true, isGenerator: true })}\n` +
        call(this.asyncSteps(around, f)),
    );
  }

  private steps(around: Around, f: string): string {
    const g = this.fresh("g");
    let text = `const ${g} = ${f}(${this.expression(around)});`;
    const count = 1 + this.pick(3);
    for (let i = 0; i < count; i++) {
      const method = ["next", "return", "throw"][this.pick(3)];
      text += `try { log(${g}.${method}(${this.expression(around)})) } catch (e) { log("step", e) };`;
    }
    return text;
  }

  private asyncSteps(around: Around, f: string): string {
    const g = this.fresh("g");
    let text = `const ${g} = ${f}(${this.expression(around)});`;
    const count = 1 + this.pick(3);
    for (let i = 0; i < count; i++) {
      const method = ["next", "return", "throw"][this.pick(3)];
      text += `${g}.${method}(${this.expression(around)}).then((v) => log("step", v), (e) => log("failed", e));`;
    }
    return text;
  }

  private classBody(around: Around, derived: boolean): string {
    const outer: Around = { ...around, inFunction: false };
    const field: Around = {
      ...around,
      isAsync: false,
      isGenerator: false,
      inFunction: false,
      hasSuper: true,
      loops: [],
      blocks: [],
      inLoop: false,
      depth: around.depth + 2,
    };
    const method: Partial<Around> = { hasSuper: true };
    const members: string[] = [];
    const count = this.pick(4);
    for (let i = 0; i < count; i++) {
      members.push(
        this.oneOf(
          () => `m(x) ${this.functionBody(around, method)}`,
          () => `f1 = ${this.expression(field)}\n`,
          () => `static s(${this.parameters(around)}) ${this.functionBody(around, method)}`,
          () => `get z() ${this.functionBody(around, method)}`,
          () => `["k" + ${this.expression(outer)}](x) ${this.functionBody(around, method)}`,
          () => `*[Symbol.iterator]() ${this.functionBody(around, { isGenerator: true, hasSuper: true })}`,
          () => `static { ${this.statements({ ...field, loops: [] })}}`,
          () => `static t = ${this.expression(field)}\n`,
          () => `async n(x) ${this.functionBody(around, { isAsync: true, hasSuper: true })}`,
          () => `set z(x) ${this.functionBody(around, method)}`,
          () => `f2 = () => ${this.operand(field)}\n`,
          () =>
            `#p = ${this.expression(field)}\n #q(x) ${this.functionBody(around, method)}\n q(x) { return [this.#p, this.#q(x), #q in this] }`,
        ),
      );
    }
    // two accessors with one name, or private names twice, would be errors
    const unique = members.filter(
      (member, i) =>
        !/#p|get z|set z/.test(member) || members.findIndex((m) => m.slice(0, 5) === member.slice(0, 5)) === i,
    );
    const constructor = this.oneOf(
      () => "",
      () =>
        `constructor(${this.parameters(around)}) {${derived ? ` ${this.superCall(field)}\n` : ""} if (--fuel < 0) return\n${this.statements({ ...field, inFunction: true, hasSuper: true }).replaceAll(/\breturn\b/g, "void")} this.made = 1 }`,
    );
    return `{ ${constructor}\n${unique.join("\n")} }`;
  }

  private superCall(field: Around): string {
    const e = () => this.expression({ ...field, hasSuper: false });
    return this.oneOf(
      () => `super(${e()})`,
      () => `log(${e()}); super(${e()}, ...${this.iterable({ ...field, hasSuper: false })})`,
      () => `try { log("early", this) } catch (e) { log(e) } super(${e()})`,
      () => `try { super(${e()}) } catch (e) { log("super", e); super() }`,
      () => `super(${e()}); try { super(${e()}) } catch (e) { log("twice", e) }`,
      () => `const parent = (...a) => super(...a); log(parent(${e()}) === this)`,
      () => `if (${e()}) return { made: ${e()} }; super(${e()})`,
    );
  }

  private classDeclaration(around: Around): string {
    const name = this.fresh("C");
    const derived = this.pick(3) > 0;
    const e = () => this.expression(around);
    const head = derived ? ` extends ${this.pick(2) ? "Base" : `(${e()}, Base)`}` : "";
    const use = this.oneOf(
      () => `const x = new ${name}(${e()}); log(x, x.m?.(${e()}), x.made, ${name}.name)`,
      () => `log(new ${name}().z, ${name}.s?.(${e()}), ${name}.t)`,
      () => `log(new ${name}(...${this.iterable(around)}).q?.(${e()}))`,
      () => `for (const x of new ${name}()[Symbol.iterator]?.() ?? []) log(x)`,
      () => `new ${name}().n?.(${e()}).then((v) => log("then", v), (e) => log("rejected", e))`,
      () => `new ${name}().z = ${e()}; log(new ${name}().f2?.())`,
    );
    return `try { class ${name}${head} ${this.classBody(around, derived)}\n${use} } catch (e) { log("class", e) }`;
  }

  // ---- expressions -----------------------------------------------------------------------------------------------

  private iterable(around: Around): string {
    const e = () => this.operand(around);
    return this.oneOf(
      () => `[${e()}, 2]`,
      () => `gen(${e()})`,
      () => "r",
      () => `new Set([${e()}, ${e()}])`,
      () => `iter(${e()})`,
      () => `"xy"`,
    );
  }

  private asyncIterable(around: Around): string {
    return this.oneOf(
      () => `agen(${this.operand(around)})`,
      () => `[${this.operand(around)}, Promise.resolve(2)]`,
    );
  }

  /** An expression in parentheses where it needs them. */
  private operand(around: Around): string {
    const text = this.expression(around);
    return /^[\w."]+$/.test(text) ? text : `(${text})`;
  }

  private blockingCall(around: Around): string {
    const e = () => this.expression(around);
    if (!this.blocking) return `log("op", ${e()})`;
    return this.oneOf(
      () => `op(${e()})`,
      () => `op(${e()})`,
      () => `op(${e()})`,
      () => `boom(${e()})`,
    );
  }

  private expression(outer: Around): string {
    const around: Around = { ...outer, depth: outer.depth + 1 };
    const variable = () => VARIABLES[this.pick(VARIABLES.length)]!;
    if (around.depth > 5) {
      return this.oneOf(
        () => String(this.pick(4)),
        () => variable(),
        () => (this.blocking ? `op(${this.pick(3)})` : "o.p"),
        () => "undefined",
      );
    }
    const e = () => this.expression(around);
    const p = () => this.operand(around);
    const arrow: Around = { ...around, isAsync: false, isGenerator: false, inLoop: false, loops: [], blocks: [] };
    const inArrow = () => this.operand(arrow);
    return this.oneOf(
      () => String(this.pick(4)),
      () => variable(),
      () => this.blockingCall(around),
      () => this.blockingCall(around),
      () =>
        `${p()} ${["+", "-", "===", "<", "&&", "||", "??", ","][this.pick(8)]} ${p()}`.replace(
          /^(.*) , (.*)$/s,
          "($1, $2)",
        ),
      () => `${p()} ? ${p()} : ${p()}`,
      () => this.call(around),
      () => this.call(around),
      () => this.chain(around),
      () => this.chain(around),
      () =>
        `${["a", "b", "o.p", `o[${e()}]`, "r[0]"][this.pick(5)]} ${["=", "+=", "??=", "||=", "&&="][this.pick(5)]} ${p()}`,
      () => `${["a++", "--b", "o.p++", "typeof c", "void a", "!a", "delete o.w"][this.pick(7)]}`,
      () => `[${e()}, ...${this.iterable(around)}, ${e()}]`,
      () => `{ p: ${e()}, [${e()}]: ${e()}, ...${p()}, q: ${e()} }`.replace(/^/, "(").concat(")"),
      () => `\`x\${${e()}}y\${${e()}}\``,
      () => `tag\`x\${${e()}}y\${${e()}}\``,
      () => `o.tag\`x\${${e()}}\``,
      () => `((x, y = ${inArrow()}) => ${inArrow()})(${e()})`,
      () =>
        `(function (${this.parameters(around)}) ${this.functionBody(around, {})}).${this.pick(2) ? `call(o, ${e()})` : `apply(o, [${e()}])`}`,
      () => this.callback(around),
      () => this.callback(around),
      () => `new ${this.pick(2) ? "Base" : `Derived`}(${e()})`,
      () => `new (class extends Base ${this.classBody(around, true)})(${e()}).made`,
      () => `({ get z() ${this.functionBody(around, {})} }).z`,
      () => `({ m(x) ${this.functionBody(around, { hasSuper: true })}, __proto__: Derived.prototype }).m(${e()})`,
      () => `+{ valueOf() ${this.functionBody(around, {})} }`,
      () => `([a, b = ${e()}] = ${this.iterable(around)})`,
      () => `({ p: o.w = ${e()}, q: c } = ${p()})`,
      () => (around.isGenerator ? `(yield ${p()})` : e()),
      () =>
        around.isGenerator
          ? `(yield* ${around.isAsync && this.pick(2) ? this.asyncIterable(around) : this.iterable(around)})`
          : e(),
      () => (around.isAsync ? `(await ${p()})` : e()),
      () => (around.isAsync ? `(await (async (x) => ${this.operand({ ...arrow, isAsync: true })})(${e()}))` : e()),
      () =>
        around.inFunction
          ? ["this?.p", "arguments.length", "arguments[0]", "new.target === undefined"][this.pick(4)]!
          : e(),
      () => (around.hasSuper ? `super.${this.pick(2) ? `m(${e()})` : "g"}` : e()),
      () =>
        `(async () => ${this.operand({ ...arrow, isAsync: true })})().then((v) => log("then", v), (e) => log("rejected", e))`,
      () =>
        `Promise.${["all", "allSettled", "race", "any"][this.pick(4)]}([${p()}, (async () => ${this.operand({ ...arrow, isAsync: true })})()]).then((v) => log("all", v), (e) => log("rejected", e))`,
    );
  }

  private call(around: Around): string {
    const e = () => this.expression(around);
    return this.oneOf(
      () => `id(${e()})`,
      () => `id(${e()}, ${e()})`,
      () => `o.m(${e()})`,
      () => `(o.m)(${e()})`,
      () => `o["m"](${e()}, ${e()})`,
      () => `id(...${this.iterable(around)}, ${e()})`,
      () => `(${e()}, o.m)(${e()})`,
      () => `id /* ( */ (${e()}) // )\n`.trimEnd().concat("\n"),
      () => `id(${e()}, 2, 3, 4, ${e()})`,
      () => `idx.bind(o, ${e()})(${e()})`,
      () => `o[(${e()}, "m")](${e()})`,
      () => `c(${e()})`,
    );
  }

  private chain(around: Around): string {
    const e = () => this.expression(around);
    const base = this.oneOf(
      () => "o",
      () => "u",
      () => `id(${e()})`,
      () => `(${e()})`,
      () => "o.self",
    );
    let text = base;
    const count = 1 + this.pick(4);
    for (let i = 0; i < count; i++) {
      const q = this.pick(2) ? "?." : "";
      text += this.oneOf(
        () => `${q || "."}m${this.pick(2) ? "?." : ""}(${e()})`,
        () => `${q || "."}self`,
        () => `${q}["self"]`,
        () => `${q}[(${e()}, "m")](${e()})`,
        () => `${q || "."}q`,
        () => `${q || "."}none?.(${e()})`,
      );
    }
    return this.pick(6) === 0 ? `(${text})(${e()})` : text;
  }

  private callback(around: Around): string {
    const inner: Around = { ...around, isAsync: false, isGenerator: false, inLoop: false, loops: [], blocks: [] };
    const e = () => this.operand(inner);
    const list = `[${this.expression(around)}, ${this.expression(around)}]`;
    return this.oneOf(
      () => `${list}.map((x, i) => ${e()})`,
      () => `${list}.forEach((x) => ${e()})`,
      () => `${list}.filter(function (x) ${this.functionBody(inner, {})}, o)`,
      () => `${list}.reduce((x, y) => ${e()}, ${this.expression(around)})`,
      () => `${list}.reduceRight((x, y) => ${e()})`,
      () => `${list}.some((x) => ${e()})`,
      () => `${list}.every((x) => ${e()})`,
      () => `${list}.${["find", "findIndex", "findLast", "findLastIndex"][this.pick(4)]}((x) => ${e()})`,
      () => `${list}.flatMap((x) => [x, ${e()}])`,
      () => `Array.from(${this.iterable(around)}, (x) => ${e()})`,
      () => `[...gen(${this.expression(around)})].length`,
      () => `"xy".replace(/[xy]/g, (x) => ${e()})`,
      () => `[1, 2].sort((x, y) => (${e()}, 0))`,
      () => `new Map([[1, ${this.expression(around)}]]).forEach((x, y) => ${e()})`,
      () => `JSON.stringify({ toJSON() { return ${e()} } })`,
      () => `JSON.parse("[1,2]", (key, value) => (${e()}, value))`,
      () => `Reflect.apply(id, o, [${this.expression(around)}])`,
      () => `Reflect.construct(Derived, [${this.expression(around)}])`,
      () => `id.call(o, ${this.expression(around)})`,
      () => `new Promise((resolve) => { resolve(${e()}) }).then((x) => log("made", x), (e) => log("unmade", e))`,
      () => `Object.fromEntries(gen(${this.expression(around)}).map?.((x) => [x, ${e()}]) ?? [])`,
    );
  }
}

const PRELUDE = `
let fuel = 40
let a = 1, b = 2, c = "c", u
const o = {
  p: 1, q: [1, 2],
  __proto__: { get self() { log("self"); return this } },
  m(x) { return log("m", this === o, x, arguments.length), x },
  tag(strings, ...values) { return strings.raw.join("|") + values.length + (this === o) },
}
let r = [1, 2, 3]
const id = (x, ...rest) => (log("id", rest.length), x)
function idx(x) { return [this === o, x, arguments.length] }
const tag = (strings, ...values) => (log(Object.isFrozen(strings), strings.length), values.length)
function* gen(x) { try { const got = yield x; log("got", got); yield HERE(x) } finally { log("closed", HERE(2)) } }
async function* agen(x) { try { yield x; log("go on"); yield HERE(x) } finally { log("aclosed", HERE(2)) } }
const iter = (x) => ({
  n: 0,
  [Symbol.iterator]() { return this },
  next() { return { done: this.n++ > 1, value: HERE(x) } },
  return(v) { log("return", this.n); return {} },
})
class Base {
  f = HERE(1)
  constructor(x) { this.x = HERE(x) }
  m(x) { return [HERE(x), this.x] }
  get g() { return HERE("g") }
}
class Derived extends Base {
  constructor(x) { super(HERE(x)); log(new.target === Derived, this.x) }
  m(x) { return super.m(HERE(x)) }
}
`;

/** The text with the places of the prelude that may block filled in. */
export const programText = (tape: readonly number[], init: ProgramInit): string =>
  new RandomProgram(tape, init).text().replaceAll("HERE(", init.blocking ? "op(" : "id(");
