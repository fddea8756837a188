/**
 * Modules: imports become members of objects that are handed in, exports become getters, so bindings stay live.
 *
 * `import { sleep } from 'k6'` declares nothing; `sleep` is rewritten to `i0.sleep`. The factory is called once a VU
 * with the imported objects and evaluates in two steps: first functions are hoisted and exports installed (so that
 * cycles work), then the body runs.
 */
import type { Node } from "../ast.ts";
import type { Binding } from "../scope.ts";
import type { Context } from "./context.ts";

/** How an imported binding is read. */
export function importText(c: Context, binding: Binding): string {
  const { request, imported } = binding.from!;
  const object = `${c.prefix}i${c.requests.indexOf(request)}`;
  if (imported === "*") return object;
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(imported)
    ? `${object}.${imported}`
    : `${object}[${JSON.stringify(imported)}]`;
}

export function rewriteImport(c: Context, node: Node): void {
  c.replace(node.start, node.end, "");
}

export function rewriteExport(c: Context, node: Node): void {
  if (node.type === "ExportAllDeclaration" || (node.type === "ExportNamedDeclaration" && !node.declaration)) {
    c.replace(node.start, node.end, "");
    return;
  }
  const declaration = node.declaration;
  if (node.type === "ExportNamedDeclaration") {
    c.replace(node.start, declaration.start, "");
    return;
  }
  if (declaration.type === "FunctionDeclaration" || declaration.type === "ClassDeclaration") {
    if (declaration.id) c.replace(node.start, declaration.start, "");
    else if (
      declaration.type === "FunctionDeclaration" &&
      (c.module.inCycle !== false || c.hasTwin(c.facts.functions.get(declaration)!))
    ) {
      const fn = c.facts.functions.get(declaration)!;
      c.replace(node.start, declaration.start, "");
      // without a twin the declaration needs a name of its own to stay hoisted
      if (!c.hasTwin(fn)) {
        const open = c.find("(", declaration.start + "function".length);
        c.text.appendLeft(open, ` ${c.prefix}default`);
        c.hoist(c.containers.get(declaration)!.position, `${c.helper("x")}.name(${c.prefix}default);`);
      }
    } else {
      // a name that is set later costs every VU 200 bytes
      c.replace(node.start, declaration.start, `const {default:${c.prefix}default}={default:`);
      c.text.appendLeft(declaration.end, "};");
    }
    return;
  }
  c.replace(node.start, declaration.start, `const {default:${c.prefix}default}={default:`);
  c.text.appendLeft(declaration.end, "}");
}

/** Whether an export can be a plain value, set when the module has run: it never changes, and nobody looks earlier. */
function isSettled(c: Context, entry: { local: string } | { request: string; imported: string }): boolean {
  if (c.module.inCycle !== false || !("local" in entry)) return false;
  if (entry.local === "*default*") return true;
  const binding = c.facts.topBindings.get(entry.local);
  return binding !== undefined && binding.from === undefined && !binding.reassigned;
}

/** A namespace object has its names in order. */
const inOrder = (c: Context) => [...c.facts.exports].sort(([a], [b]) => (a < b ? -1 : 1));

/** The statement behind the module's body that sets the exports which never change. */
export function exportValues(c: Context): string {
  const values: string[] = [];
  for (const [name, entry] of inOrder(c)) {
    if (!isSettled(c, entry)) continue;
    const local = (entry as { local: string }).local;
    values.push(`${c.prefix}e[${JSON.stringify(name)}]=${local === "*default*" ? `${c.prefix}default` : local};`);
  }
  return values.join("");
}

/** The statement before it that installs the others, as getters. */
export function exportGetters(c: Context): string {
  const getters: string[] = [];
  for (const [name, entry] of inOrder(c)) {
    if (isSettled(c, entry)) continue;
    let value: string;
    if ("local" in entry) {
      if (entry.local === "*default*") value = `${c.prefix}default`;
      else {
        const binding = c.facts.topBindings.get(entry.local);
        value = binding?.from ? importText(c, binding) : entry.local;
      }
    } else {
      const object = `${c.prefix}i${c.requests.indexOf(entry.request)}`;
      value = entry.imported === "*" ? object : `${object}[${JSON.stringify(entry.imported)}]`;
    }
    getters.push(`get ${JSON.stringify(name)}(){return ${value}}`);
  }
  return getters.length === 0 ? "" : `${c.helper("x")}(${c.prefix}e,{${getters.join()}});`;
}
