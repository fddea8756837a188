/**
 * What is told of a value that a script threw: its text, and the user's own places.
 *
 * k6 writes `Error: boom` and a line for each frame into the log, and `Error: boom at file:///x.js:3:9(4)` where one
 * line is wanted.
 */
import { userWords } from "../script/engine-words.ts";
import { formatFrame, type Positions } from "../script/positions.ts";
import { BareGoError } from "./go-error.ts";
import { UnhandledRejection } from "./loop.ts";
import type { Realm } from "./realm.ts";

/** The frame of a function of k6 itself. */
const NATIVE = "k6 (native)";

export interface DescribedError {
  /** "Error: boom", or the text of whatever was thrown. */
  text: string;
  frames: string[];
  /** To k6 an error like any other, no exception of the script. */
  isPlain?: true;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  (typeof value === "object" && value !== null) || typeof value === "function";

/** Whether a value carries a stack of its own, as errors do. */
export const hasStack = (value: unknown): value is { stack: string } =>
  isObject(value) && typeof value.stack === "string";

function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    // a value whose toString throws, or an object without a prototype
    return Object.prototype.toString.call(value);
  }
}

/** Describes a value thrown by script code. */
export function describeError(error: unknown, positions: Positions, rt: Realm): DescribedError {
  if (error instanceof UnhandledRejection) {
    const { text, frames } = describeError(error.reason, positions, rt);
    // k6 shows the stack that a reason carries, and looks no further
    return { text: `Uncaught (in promise) ${text}`, frames: hasStack(error.reason) ? frames : [], isPlain: true };
  }
  if (error instanceof BareGoError) return { text: error.message, frames: [], isPlain: true };
  const thrown = rt.thrownAt(error) as string | undefined;
  const stack = hasStack(error) ? error.stack : (thrown ?? "");
  const frames = positions.frames(stack).map(formatFrame);
  if (rt.isNativeError(error)) frames.unshift(NATIVE);
  return { text: userWords(textOf(error)), frames };
}

/** Message and frames, one on each line and, as k6 has it, with a line break behind each. */
export const formatError = ({ text, frames, isPlain }: DescribedError): string =>
  isPlain && frames.length === 0 ? text : `${[text, ...frames.map((frame) => `\tat ${frame}`)].join("\n")}\n`;

/** Message and innermost frame on one line. */
export const formatErrorLine = ({ text, frames }: DescribedError): string =>
  frames.length > 0 ? `${text} at ${frames[0]}` : text;
