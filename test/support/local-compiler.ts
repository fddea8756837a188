import type { BundlerMap } from "../../src/script/source-maps.ts";
import { fromFailure } from "../../src/execution/failure.ts";
import type { ModuleCompiler } from "../../src/execution/remote-compiler.ts";
import type { ScriptCompiler } from "../../src/execution/script-compiler.ts";
import type { CompiledModule } from "../../src/script/index.ts";

/** What `RemoteCompiler` is, without a second thread. */
export class LocalCompiler implements ModuleCompiler {
  private readonly compiler: ScriptCompiler;

  constructor(compiler: ScriptCompiler) {
    this.compiler = compiler;
  }

  required(id: string, specifier: string): CompiledModule[] {
    const answer = this.compiler.required({ id, specifier });
    if ("failure" in answer) throw fromFailure(answer.failure);
    return answer.modules;
  }

  rewriteMap(id: string): string {
    return this.compiler.rewriteMap(id);
  }

  sourceMap(id: string): BundlerMap | undefined {
    return this.compiler.sourceMap(id);
  }
}
