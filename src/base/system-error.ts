/** What the system says about a file, in Go's form: `open results/x.json: no such file or directory`. */

/** Where the words of the runtime are not the system's own. */
const WORDS: Readonly<Record<string, string>> = {
  EIO: "input/output error",
  EISDIR: "is a directory",
  ELOOP: "too many levels of symbolic links",
  ENAMETOOLONG: "file name too long",
};

/** The message of an error of `node:fs`; of any other error its own. */
export function systemReason(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  const parts = /^[A-Z0-9]+: (.*?), (\w+)(?: '(.*)')?$/s.exec(message ?? "");
  if (parts === null) return message ?? String(error);
  const [, words, call, path] = parts;
  return `${path === undefined ? call : `${call} ${path}`}: ${WORDS[code ?? ""] ?? words}`;
}
