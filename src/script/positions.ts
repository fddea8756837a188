/**
 * Positions in rewritten text -> the user's own line and column, and stack traces in k6's form.
 *
 * A map is made when the first error of a module needs it.
 */
import { decodedMappings, originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import type { Position } from "../base/errors.ts";
import type { BundlerMap } from "./source-maps.ts";

/** Mappings of one module, from its rewritten text to what the user wrote. */
export interface PositionSource {
  /** Encoded mappings of the rewriting (source map v3, JSON). */
  rewriteMap(): string;
  /** Calls that may suspend: line and column of the last character, then of the first; see `CompiledModule`. */
  calls: readonly number[];
  /** Source map of the TypeScript transformation, if there was one. */
  stripMap?: string;
  /** The map that a bundler left with the module, if it has one. */
  sourceMap?(): BundlerMap | undefined;
  /** Identifier prefix of this module's rewritten names. */
  prefix: string;
}

export interface Frame extends Position {
  /** Empty at the top level of a module. */
  function: string;
}

interface Traced {
  /** For each line of the rewritten text: [column, source, line, column in the source]. */
  lines: readonly (readonly number[])[][];
  /** From the module's text to what it was made of. */
  origin: TraceMap | undefined;
  /** "line:column" of a call's last character -> its first. */
  calls: Map<string, { line: number; column: number }>;
}

/** A frame as the engine writes it. */
const RAW_FRAME = /^\s*at (?:async )?(?:(.*?) \()?((?:file|https):\/\/.*?):(\d+):(\d+)\)?$/;
/** A frame as `formatFrame` writes it. */
const OWN_FRAME = /^\tat (?:(.*) \()?([a-z][a-z0-9+.-]*:\/\/.*?):(\d+):(\d+)\(0\)\)?$/;

export class Positions {
  private readonly sources = new Map<string, PositionSource>();
  private readonly traced = new Map<string, Traced>();

  add(id: string, source: PositionSource): void {
    this.sources.set(id, source);
    this.traced.delete(id);
  }

  /** Where a place in the rewritten text of `id` came from; undefined for text that only the rewriting put there. */
  original(id: string, line: number, column: number): Position | undefined {
    const source = this.sources.get(id);
    if (source === undefined) return { file: id, line, column };
    let traced = this.traced.get(id);
    if (traced === undefined) this.traced.set(id, (traced = trace(source)));
    const at = placeOf(traced, line, column - 1);
    if (at === undefined) return undefined;
    if (traced.origin) {
      const before = originalPositionFor(traced.origin, at);
      // types are stripped from the file itself; a bundle is made of others
      const file = source.stripMap === undefined ? sourceName(traced.origin, before.source) : id;
      if (before.line !== null) return { file: file ?? id, line: before.line, column: before.column + 1 };
    }
    return { file: id, line: at.line, column: at.column + 1 };
  }

  /** The frames of a stack that lie in modules of the script, innermost first; of an engine's stack or one made by `text`. */
  frames(stack: string): Frame[] {
    const frames: Frame[] = [];
    for (const line of stack.split("\n")) {
      const own = OWN_FRAME.exec(line);
      if (own !== null) {
        frames.push({ function: own[1] ?? "", file: own[2]!, line: Number(own[3]), column: Number(own[4]) });
        continue;
      }
      const match = RAW_FRAME.exec(line);
      const source = match === null ? undefined : this.sources.get(match[2]!);
      if (match === null || source === undefined) continue;
      // a stub of ours has no place
      const place = this.original(match[2]!, Number(match[3]), Number(match[4]));
      if (place !== undefined) frames.push({ function: functionName(match[1] ?? "", source.prefix), ...place });
    }
    return frames;
  }

  /** What a script sees behind the first line of `error.stack`. */
  text(stack: string): string {
    const frames = this.frames(stack).map((frame) => `\n\tat ${formatFrame(frame)}`);
    return frames.length > 0 ? `${frames.join("")}\n` : "";
  }
}

function trace(source: PositionSource): Traced {
  const calls: Traced["calls"] = new Map();
  for (let i = 0; i < source.calls.length; i += 4) {
    calls.set(`${source.calls[i]}:${source.calls[i + 1]}`, {
      line: source.calls[i + 2]!,
      column: source.calls[i + 3]!,
    });
  }
  return {
    lines: decodedMappings(new TraceMap(source.rewriteMap())) as unknown as Traced["lines"],
    origin: originOf(source),
    calls,
  };
}

function originOf({ stripMap, sourceMap }: PositionSource): TraceMap | undefined {
  if (stripMap !== undefined) return new TraceMap(stripMap);
  const map = sourceMap?.();
  return map && new TraceMap(map.text, map.url);
}

/** A source's URL as the map has it, if it is complete: "webpack://app/./src/test.ts" stays as it is. */
function sourceName(map: TraceMap, resolved: string | null): string | undefined {
  const name = map.sources[map.resolvedSources.indexOf(resolved ?? "")];
  return (name && /^[a-z][a-z0-9+.-]*:\/\//i.test(name) ? name : resolved) ?? undefined;
}

/**
 * The source of a place in the rewritten text.
 *
 * A place in text that was put in belongs to what stands behind it, as helpers stand before the call they make; but what
 * is put behind a call continues it.
 */
function placeOf({ lines, calls }: Traced, line: number, column: number): { line: number; column: number } | undefined {
  const segments = lines[line - 1];
  if (segments === undefined || segments.length === 0) return undefined;
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (segments[middle]![0]! <= column) low = middle + 1;
    else high = middle;
  }
  const before = segments[low - 1];
  const after = segments[low];
  // in front of all: the text put before a line's first token, unless that is the module's own head
  if (before === undefined) return line === 1 ? undefined : { line: after![2]! + 1, column: after![3]! };
  const place = { line: before[2]! + 1, column: before[3]! };
  const offset = column - before[0]!;
  const isWithin = after !== undefined && after[2] === before[2] && offset < after[3]! - before[3]!;
  if (offset === 0 || isWithin) return { line: place.line, column: place.column + (isWithin ? offset : 0) };
  const call = calls.get(`${place.line}:${place.column}`);
  if (call !== undefined) return call;
  return after === undefined || after[2] !== before[2] ? place : { line: after[2]! + 1, column: after[3]! };
}

/** The user's name for a function of rewritten text. */
function functionName(name: string, prefix: string): string {
  // the top level of a module
  if (name.includes(`${prefix}module`) || /(?:^|\.)factory$/.test(name)) return "";
  const at = name.indexOf(`${prefix}t`);
  const own = at < 0 ? name : name.slice(0, at);
  const plain = own
    .replace(/^(?:Object|Generator|global code|module code|new |<anonymous>)\.?/, "")
    .replace(/^#ctor_/, "");
  // V8 makes up a name for a function that is assigned to a member: `socket.onopen`
  return plain.includes(".") ? "" : plain.replaceAll(prefix, "");
}

/** One frame as k6 writes it; the figure in parentheses is k6's program counter, which there is none of here. */
export const formatFrame = (frame: Frame): string => {
  const place = `${frame.file}:${frame.line}:${frame.column}(0)`;
  return frame.function ? `${frame.function} (${place})` : place;
};
