/**
 * Selectors of `res.json(selector)`: paths into JSON, of the syntax that k6 takes over from GJSON.
 *
 * `a.b`, `list.0`, `list.#`, `list.#.name`, `list.#(age>40).name`, `list.#(age>40)#.name`, wildcards `*` and `?`, escapes,
 * pipes, modifiers such as `@reverse`, several paths at once (`[a,b]`, `{a,b}`), literals (`!true`), JSON lines (`..#`).
 * A path is parsed once and walks values that are parsed already; `undefined` stands for what does not exist.
 *
 * Behaviour: GJSON's description of its path syntax; k6 docs, "Response.json( [selector] )".
 */

type Json = any;
/** One step of a path on one value. */
type Find = (value: Json) => Json;

const PATHS_MAX = 1_000;
const paths = new Map<string, Find>();

/**
 * What a path selects.
 *
 * @param root The whole document.
 * @param lines The document read as lines of JSON, for paths that begin with `..`.
 * @returns Undefined if nothing does. Objects and arrays may be parts of `root` and must not be handed out as they are.
 */
export function select(root: Json, path: string, lines: () => Json[]): Json {
  let find = paths.get(path);
  if (find === undefined) {
    if (paths.size >= PATHS_MAX) paths.clear();
    const isOfLines = path.startsWith("..");
    const inner = compile(isOfLines ? path.slice(2) : path);
    find = isOfLines ? ({ lines: read }) => inner(read()) : ({ root: whole }) => inner(whole);
    paths.set(path, find);
  }
  return find({ root, lines });
}

/** How a path goes on after a component. */
interface Rest {
  /** What stands between: `.` goes into each element of a list of results, `|` takes the list as a whole. */
  separator: "" | "." | "|";
  path: string;
}

const OPENING = new Map([
  ["(", ")"],
  ["[", "]"],
  ["{", "}"],
]);

/** The end of a bracketed part that begins at `start`; the text's end if it never closes. */
function closing(path: string, start: number): number {
  const expected: string[] = [];
  for (let i = start; i < path.length; i++) {
    const char = path[i]!;
    if (char === "\\") i++;
    else if (char === '"') {
      for (i++; i < path.length && path[i] !== '"'; i++) if (path[i] === "\\") i++;
    } else if (OPENING.has(char)) expected.push(OPENING.get(char)!);
    else if (char === expected.at(-1)) {
      expected.pop();
      if (expected.length === 0) return i + 1;
    }
  }
  return path.length;
}

const restFrom = (path: string, at: number): Rest => {
  const separator = path[at];
  return separator === "." || separator === "|"
    ? { separator, path: path.slice(at + 1) }
    : { separator: "", path: path.slice(at) };
};

/** Goes on with the value as a whole. */
function then(find: Find, rest: Rest): Find {
  if (rest.path === "") return find;
  const next = compile(rest.path);
  return (value) => {
    const found = find(value);
    return found === undefined ? undefined : next(found);
  };
}

function compile(path: string): Find {
  if (path === "") return () => undefined;
  switch (path[0]) {
    case "@": {
      const modifier = compileModifier(path);
      if (modifier !== undefined) return modifier;
      break;
    }
    case "!":
      return compileLiteral(path);
    case "[":
    case "{":
      return compileMultipath(path);
    case "#":
      return compileHash(path);
  }
  return compileKey(path);
}

// ---- keys

interface Key {
  text: string;
  /** Set if it has wildcards. */
  pattern: RegExp | undefined;
  rest: Rest;
}

const escapeRegExp = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");

function readKey(path: string): Key {
  let text = "";
  let pattern = "";
  let isPattern = false;
  let at = 0;
  for (; at < path.length; at++) {
    let char = path[at]!;
    // a modifier or several paths may follow a dot directly
    if (char === "." || char === "|") break;
    if (char === "\\" && at + 1 < path.length) char = path[++at]!;
    else if (char === "*" || char === "?") {
      isPattern = true;
      pattern += char === "*" ? "[\\s\\S]*" : "[\\s\\S]";
      text += char;
      continue;
    }
    text += char;
    pattern += escapeRegExp(char);
  }
  return { text, pattern: isPattern ? new RegExp(`^${pattern}$`, "u") : undefined, rest: restFrom(path, at) };
}

function compileKey(path: string): Find {
  const { text, pattern, rest } = readKey(path);
  const index = /^\d+$/.test(text) ? Number(text) : -1;
  const find: Find = (value) => {
    if (typeof value !== "object" || value === null) return undefined;
    if (Array.isArray(value)) return index >= 0 ? value[index] : undefined;
    if (pattern === undefined) return Object.hasOwn(value, text) ? value[text] : undefined;
    for (const name of Object.keys(value)) if (pattern.test(name)) return value[name];
    return undefined;
  };
  return then(find, rest);
}

// ---- arrays

function compileHash(path: string): Find {
  const opening = path[1];
  if (opening === "(" || opening === "[") {
    const end = closing(path, 1);
    const query = compileQuery(path.slice(2, end - 1));
    if (path[end] === "#") return compileAll(query, restFrom(path, end + 1));
    const first: Find = (value) => (Array.isArray(value) ? value.find(query) : undefined);
    return then(first, restFrom(path, end));
  }
  if (path.length > 1 && opening !== "." && opening !== "|") return compileKey(path);
  const rest = restFrom(path, 1);
  const ofObject = compileKey(path);
  if (rest.path === "" || rest.separator === "|") {
    const count = then((value) => value.length, rest);
    return (value) => (Array.isArray(value) ? count(value) : ofObject(value));
  }
  const all = compileAll(() => true, rest);
  return (value) => (Array.isArray(value) ? all(value) : ofObject(value));
}

/** Every element that passes; after a dot, what the rest of the path finds in each. */
function compileAll(query: (value: Json) => boolean, rest: Rest): Find {
  const list: Find = (value) => (Array.isArray(value) ? value.filter(query) : undefined);
  if (rest.separator !== "." || rest.path === "") return then(list, rest);
  const { inner, outer } = splitAtPipe(rest.path);
  const each = compile(inner);
  const mapped: Find = (value) =>
    list(value)
      ?.map(each)
      .filter((found: Json) => found !== undefined);
  return then(mapped, { separator: "|", path: outer });
}

/** The part of a path that is meant for each element, and the one that is meant for all their results. */
function splitAtPipe(path: string): { inner: string; outer: string } {
  for (let i = 0; i < path.length; i++) {
    const char = path[i]!;
    if (char === "\\") i++;
    else if (OPENING.has(char)) i = closing(path, i) - 1;
    else if (char === "|") return { inner: path.slice(0, i), outer: path.slice(i + 1) };
  }
  return { inner: path, outer: "" };
}

// ---- queries

const OPERATORS = ["==", "!=", "<=", ">=", "!%", "=", "<", ">", "%"] as const;

interface Query {
  path: string;
  operator: string;
  operand: string;
}

function readQuery(text: string): Query {
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (char === "\\") i++;
    else if (OPENING.has(char)) i = closing(text, i) - 1;
    else {
      const operator = OPERATORS.find((each) => text.startsWith(each, i));
      if (operator === undefined) continue;
      const operand = text.slice(i + operator.length).trim();
      return { path: text.slice(0, i).trim(), operator: operator === "=" ? "==" : operator, operand };
    }
  }
  return { path: text.trim(), operator: "", operand: "" };
}

function compileQuery(text: string): (value: Json) => boolean {
  const { path, operator, operand } = readQuery(text);
  const find: Find = path === "" ? (value) => value : compile(path);
  if (operator === "") return (value) => find(value) !== undefined;
  const truth = tildeOf(operand);
  if (truth !== undefined) {
    return (value) => {
      const found = find(value);
      return compareTruth(truth(found), operator);
    };
  }
  const expected = operandOf(operand);
  return (value) => {
    const found = find(value);
    return found !== undefined && compare(found, operator, expected);
  };
}

/** `~true` and its kin ask what a value counts as. */
function tildeOf(operand: string): ((value: Json) => boolean) | undefined {
  switch (operand) {
    case "~true":
      return isTruthy;
    case "~false":
      return (value) => !isTruthy(value);
    case "~null":
      return (value) => value === undefined || value === null;
    case "~*":
      return (value) => value !== undefined;
    default:
      return undefined;
  }
}

function isTruthy(value: Json): boolean {
  if (typeof value === "string")
    return /^(1|t|true)$/i.test(value) || (Number.isFinite(Number(value)) && Number(value) !== 0);
  if (typeof value === "object") return false;
  return Boolean(value);
}

const compareTruth = (is: boolean, operator: string): boolean => (operator === "!=" ? !is : operator === "==" && is);

function operandOf(text: string): Json {
  if (text.startsWith('"')) {
    try {
      return JSON.parse(text) as Json;
    } catch {
      // what is quoted badly is taken by its characters
      return text.replace(/^"|"$/g, "");
    }
  }
  if (text === "true") return true;
  if (text === "false") return false;
  if (text === "null") return null;
  return text !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}

function compare(found: Json, operator: string, expected: Json): boolean {
  switch (operator) {
    case "%":
      return typeof found === "string" && likeness(String(expected)).test(found);
    case "!%":
      return typeof found === "string" && !likeness(String(expected)).test(found);
    case "==":
      return isSame(found, expected);
    case "!=":
      return !isSame(found, expected);
  }
  const [a, b] = typeof found === typeof expected ? [found, expected] : [undefined, undefined];
  if (typeof a !== "string" && typeof a !== "number") return false;
  if (operator === "<") return a < b;
  if (operator === "<=") return a <= b;
  return operator === ">" ? a > b : a >= b;
}

const isSame = (found: Json, expected: Json): boolean =>
  found === expected || (typeof found === "object" && found !== null && JSON.stringify(found) === expected);

function likeness(pattern: string): RegExp {
  let source = "";
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i]!;
    if (char === "\\" && i + 1 < pattern.length) source += escapeRegExp(pattern[++i]!);
    else if (char === "*") source += "[\\s\\S]*";
    else if (char === "?") source += "[\\s\\S]";
    else source += escapeRegExp(char);
  }
  return new RegExp(`^${source}$`);
}

// ---- several paths, literals

/** Splits what is between the brackets at its commas. */
function splitMembers(text: string): string[] {
  const members: string[] = [];
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (char === "\\") i++;
    else if (OPENING.has(char)) i = closing(text, i) - 1;
    else if (char === '"') {
      for (i++; i < text.length && text[i] !== '"'; i++) if (text[i] === "\\") i++;
    } else if (char === ",") {
      members.push(text.slice(start, i));
      start = i + 1;
    }
  }
  members.push(text.slice(start));
  return members.map((member) => member.trim()).filter((member) => member !== "");
}

function compileMultipath(path: string): Find {
  const end = closing(path, 0);
  const isObject = path[0] === "{";
  const members = splitMembers(path.slice(1, end - 1)).map((member) => {
    const colon = nameEnd(member);
    const name = member.slice(0, Math.max(0, colon));
    const own = member.slice(colon + 1);
    return { name: name === "" ? lastName(own) : String(name[0] === '"' ? operandOf(name) : name), find: compile(own) };
  });
  const find: Find = (value) => {
    const found = members.map(({ name, find: member }) => [name, member(value)] as const);
    const present = found.filter(([, each]) => each !== undefined);
    return isObject ? Object.fromEntries(present) : present.map(([, each]) => each);
  };
  return then(find, restFrom(path, end));
}

/** Where the name that a member gives itself ends, -1 if it has none; the colon of a modifier ends no name. */
function nameEnd(member: string): number {
  for (let i = 0; i < member.length; i++) {
    const char = member[i]!;
    if (char === ":") return i;
    if (char === "\\") i++;
    else if (OPENING.has(char)) i = closing(member, i) - 1;
    else if (char === '"') {
      for (i++; i < member.length && member[i] !== '"'; i++) if (member[i] === "\\") i++;
    } else if (char === "@" && (i === 0 || member[i - 1] === "." || member[i - 1] === "|")) return -1;
  }
  return -1;
}

/** The name that a path gives its result: its last key. */
function lastName(path: string): string {
  const name = /([^.|]*)$/.exec(path)![1]!;
  return /^[A-Za-z0-9_-]+$/.test(name) ? name : "_";
}

function compileLiteral(path: string): Find {
  const text = path.slice(1);
  const string = /^"(?:[^"\\]|\\.)*"/.exec(text)?.[0];
  const end = OPENING.has(text[0] ?? "") ? closing(text, 0) : (string?.length ?? /^[^.|]*/.exec(text)![0].length);
  let literal: Json;
  try {
    literal = JSON.parse(text.slice(0, end));
  } catch {
    // a literal that is no JSON exists nowhere
    return () => undefined;
  }
  return then(() => literal, restFrom(text, end));
}

// ---- modifiers

type Modifier = (value: Json, argument: Json) => Json;

const isRecord = (value: Json): value is Record<string, Json> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const modifiers: Readonly<Record<string, Modifier>> = {
  this: (value) => value,
  pretty: (value) => value,
  ugly: (value) => value,
  valid: (value) => value,
  reverse: (value) => {
    if (Array.isArray(value)) return [...value].reverse();
    return isRecord(value) ? Object.fromEntries(Object.entries(value).reverse()) : value;
  },
  keys: (value) => (isRecord(value) ? Object.keys(value) : Array.isArray(value) ? value.map(() => null) : []),
  values: (value) => (isRecord(value) ? Object.values(value) : Array.isArray(value) ? value : []),
  flatten: (value, argument) =>
    Array.isArray(value) ? value.flat(argument?.deep === true ? Number.POSITIVE_INFINITY : 1) : value,
  join: (value) => (Array.isArray(value) ? Object.assign({}, ...value.filter(isRecord)) : value),
  tostr: (value) => JSON.stringify(value),
  fromstr: (value) => {
    try {
      return JSON.parse(String(value)) as Json;
    } catch {
      return undefined;
    }
  },
  group: (value) => {
    if (!isRecord(value)) return undefined;
    const rows: Record<string, Json>[] = [];
    for (const [name, column] of Object.entries(value)) {
      for (const [i, each] of Array.isArray(column) ? column.entries() : []) (rows[i] ??= {})[name] = each;
    }
    return rows;
  },
  dig: (value, argument) => {
    const find = compile(String(argument));
    const found: Json[] = [];
    const visit = (each: Json): void => {
      const here = find(each);
      if (here !== undefined) found.push(here);
      if (typeof each === "object" && each !== null) for (const member of Object.values(each)) visit(member);
    };
    visit(value);
    return found;
  },
};

function compileModifier(path: string): Find | undefined {
  const name = /^[^.|:]*/.exec(path.slice(1))![0];
  const modifier = Object.hasOwn(modifiers, name) ? modifiers[name] : undefined;
  if (modifier === undefined) return undefined;
  let at = 1 + name.length;
  let argument: Json;
  if (path[at] === ":") {
    const start = at + 1;
    at = argumentEnd(path, start);
    const text = path.slice(start, at);
    argument = OPENING.has(text[0] ?? "") ? operandOfJson(text) : operandOf(text);
  }
  return then((value) => modifier(value, argument), restFrom(path, at));
}

function argumentEnd(path: string, start: number): number {
  const first = path[start] ?? "";
  if (OPENING.has(first)) return closing(path, start);
  const plain = first === '"' ? /^"(?:[^"\\]|\\.)*"?/ : /^[^.|]*/;
  return start + plain.exec(path.slice(start))![0].length;
}

function operandOfJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
