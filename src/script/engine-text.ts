/**
 * The engine quotes the code that failed, as it was rewritten: here the user's own spelling comes back, as near as it can
 * be had from the rewritten one, and what cannot be had is left out.
 */

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

/** Behind "undefined is not an object" and the like: the quoted code. */
const QUOTATION = / \(evaluating '[\s\S]*'\)$|\. \(In '[\s\S]*\)$/;

/**
 * Rewrites the message of an engine's error.
 *
 * @param prefix Of the module's rewritten names.
 * @param specifiers What the module imports, in the order of its requests.
 */
export function plainMessage(message: string, prefix: string, specifiers: readonly string[]): string {
  if (!message.includes(prefix)) return message;
  const p = escaped(prefix);
  // a call that may suspend: its value, or the rest of what it waits for
  const call = new RegExp(`\\(${p}t\\d*=${p}\\w+\\(((?:[^()]|\\([^()]*\\))*)\\),${p}k\\.p\\?.*?:${p}t\\d*\\)`, "g");
  const text = message
    .replace(call, (_whole, list: string) => {
      const [, callee = "", ...args] = list.split(",");
      return `${callee}(${args.join()})`;
    })
    .replace(new RegExp(`\\(0,(${p}i\\d+\\.[\\w$]+)\\)`, "g"), "$1")
    .replace(new RegExp(`${p}i(\\d+)\\.([\\w$]+)`, "g"), (_whole, index: string, name: string) =>
      name === "default" ? moduleName(specifiers[Number(index)]) : name,
    );
  return text.includes(prefix) ? text.replace(QUOTATION, "") : text;
}

/** What most scripts call the default of a module: "http" for "k6/http". */
const moduleName = (specifier = "default"): string =>
  /([\w$-]+)(?:\.[cm]?[jt]s)?$/.exec(specifier)?.[1]?.replaceAll("-", "_") ?? "default";
