import { fromFailure } from "../../src/execution/failure.ts";
import type { ScriptCompiler } from "../../src/execution/script-compiler.ts";
import type { CompiledModule } from "../../src/script/index.ts";

/** What `RemoteCompiler.required` does, without a second thread. */
export function required(compiler: ScriptCompiler, id: string, specifier: string): CompiledModule[] {
  const answer = compiler.required({ id, specifier });
  if ("failure" in answer) throw fromFailure(answer.failure);
  return answer.modules;
}
