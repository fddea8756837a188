/**
 * What a thread asks of the compiler on the conductor while its script waits: the code of `eval` and `Function`, modules
 * that `require()` names at run time, and where an error comes from. Few scripts ask for any of it, so threads do not
 * load the compiler (`script-compiler.ts`).
 */
import type { CompiledModule } from "../script/index.ts";
import type { BundlerMap } from "../script/source-maps.ts";
import type { RemoteIo, Waiter } from "../vu/thread-block.ts";
import { fromFailure } from "./failure.ts";
import type { Failure } from "./messages.ts";

export interface SnippetRequest {
  source: string;
  isFunction: boolean;
}
export type SnippetAnswer = { text: string } | { syntaxError: string };
export interface RequiredRequest {
  id: string;
  specifier: string;
}
export type RequiredAnswer = { modules: CompiledModule[] } | { failure: Failure };

/** What the script on a thread needs of the compiler. */
export interface ModuleCompiler {
  /** Compiles a module that `require()` names at run time, with what it imports. */
  required(id: string, specifier: string): readonly CompiledModule[];
  /** Source map (v3, JSON) of a module's rewriting. */
  rewriteMap(id: string): string;
  /** The map that a bundler left with a module. */
  sourceMap(id: string): BundlerMap | undefined;
}

export class RemoteCompiler implements ModuleCompiler {
  private readonly io: RemoteIo;
  private readonly waiter: Waiter;
  /** The compiler itself, for scripts that hand out code again and again. */
  private own: ((source: string, isFunction: boolean) => string) | undefined;
  private isLoading = false;

  /** @param nowMs Monotonic. */
  constructor(io: RemoteIo, nowMs: () => number) {
    this.io = io;
    // it takes as long as it takes: what is cut off is the script, not the compiler
    this.waiter = { cutOffAtMs: Infinity, runtime: { clock: { nowMs }, cutOff: () => false } };
  }

  /** Rewrites what is handed to `eval` or `Function`; throws a SyntaxError. */
  snippet(source: string, isFunction: boolean): string {
    if (this.own !== undefined) return this.own(source, isFunction);
    void this.loadOwn();
    const request: SnippetRequest = { source, isFunction };
    const answer = this.io.call("compileSnippet", request, this.waiter) as SnippetAnswer;
    if ("syntaxError" in answer) throw new SyntaxError(answer.syntaxError);
    return answer.text;
  }

  required(id: string, specifier: string): CompiledModule[] {
    const request: RequiredRequest = { id, specifier };
    const answer = this.io.call("compileRequired", request, this.waiter) as RequiredAnswer;
    if ("failure" in answer) throw fromFailure(answer.failure);
    return answer.modules;
  }

  rewriteMap(id: string): string {
    return this.io.call("rewriteMap", id, this.waiter) as string;
  }

  sourceMap(id: string): BundlerMap | undefined {
    return this.io.call("sourceMap", id, this.waiter) as BundlerMap | undefined;
  }

  private async loadOwn(): Promise<void> {
    if (this.isLoading) return;
    this.isLoading = true;
    this.own = (await import("../script/snippet.ts")).compileSnippet;
  }
}
