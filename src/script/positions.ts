/**
 * Positions in rewritten text -> the user's own line and column, and stack traces in k6's form.
 *
 * Lines hold without a map, because rewriting keeps them; a map is made when the first error of a module needs it.
 */
import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import type { Position } from "../base/errors.ts";

/** Mappings of one module, from its rewritten text to what the user wrote. */
export interface PositionSource {
  /** Encoded mappings of the rewriting (source map v3, JSON). */
  rewriteMap(): string;
  /** Source map of the TypeScript transformation, if there was one. */
  stripMap?: string;
  /** Identifier prefix of this module's rewritten names. */
  prefix: string;
}

export interface Frame extends Position {
  /** Empty at the top level of a module. */
  function: string;
}

export class Positions {
  private readonly sources = new Map<string, PositionSource>();
  private readonly traced = new Map<string, { rewrite: TraceMap; strip: TraceMap | undefined }>();

  add(id: string, source: PositionSource): void {
    this.sources.set(id, source);
    this.traced.delete(id);
  }

  /** Where a place in the rewritten text of `id` came from. */
  original(id: string, line: number, column: number): Position {
    const source = this.sources.get(id);
    if (source === undefined) return { file: id, line, column };
    let maps = this.traced.get(id);
    if (maps === undefined) {
      maps = {
        rewrite: new TraceMap(source.rewriteMap()),
        strip: source.stripMap === undefined ? undefined : new TraceMap(source.stripMap),
      };
      this.traced.set(id, maps);
    }
    let at = originalPositionFor(maps.rewrite, { line, column: Math.max(0, column - 1) });
    if (at.line === null) return { file: id, line, column };
    if (maps.strip) {
      const before = originalPositionFor(maps.strip, { line: at.line, column: at.column });
      if (before.line !== null) at = before;
    }
    return { file: id, line: at.line!, column: at.column! + 1 };
  }

  /** The frames of a stack that lie in modules of the script, innermost first. */
  frames(stack: string): Frame[] {
    const frames: Frame[] = [];
    for (const line of stack.split("\n")) {
      const match = /^\s*at (?:async )?(?:(.*?) \()?((?:file|https):\/\/.*?):(\d+):(\d+)\)?$/.exec(line);
      if (match === null) continue;
      const source = this.sources.get(match[2]!);
      if (source === undefined) continue;
      frames.push({
        function: functionName(match[1] ?? "", source.prefix),
        ...this.original(match[2]!, Number(match[3]), Number(match[4])),
      });
    }
    // A stub and its twin are one function to the user.
    return frames.filter((frame, i) => {
      const next = frames[i + 1];
      return !(next && next.function === frame.function && next.line === frame.line && next.column === frame.column);
    });
  }
}

/** The user's name for a function of rewritten text. */
function functionName(name: string, prefix: string): string {
  // the top level of a module
  if (name.includes(`${prefix}module`) || /(?:^|\.)factory$/.test(name)) return "";
  const at = name.indexOf(`${prefix}t`);
  const own = at < 0 ? name : name.slice(0, at);
  return own.replace(/^(?:Object|Generator|global code|module code|new |<anonymous>)\.?/, "").replaceAll(prefix, "");
}

/** One frame as k6 writes it; the figure in parentheses is k6's program counter, which there is none of here. */
export const formatFrame = (frame: Frame): string => {
  const place = `${frame.file}:${frame.line}:${frame.column}(0)`;
  return frame.function ? `${frame.function} (${place})` : place;
};
