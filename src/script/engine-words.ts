/**
 * Messages of the engine quote the code that failed, and that is the rewritten one: here our names are taken out of them.
 */

/** `$6g.__ENV`, `$6i1.default.get`, `$6t.forEach`: what stands before the user's own name. */
const OWNERS = /\$6+(?:g\.|t\.|i\d+\.(?:default\.)?)/g;
/** Kinds of errors that the engine itself makes. */
const ENGINE_ERROR = /^(?:Type|Reference|Range)Error: /;
const OURS = /\$6+[a-zA-Z]/;
/** ` (evaluating 'a.b')`, ` (In 'a.b()', 'a.b' is undefined)`. */
const QUOTATION = / \((?:evaluating|In) '.*\)$/s;

/** The text of an error, without names that are not the user's if the engine wrote it. */
export function userWords(message: string): string {
  if (!message.includes("$6") || !ENGINE_ERROR.test(message)) return message;
  const own = message.replace(OWNERS, "");
  return OURS.test(own) ? own.replace(QUOTATION, "") : own;
}
