/** Makes VUs: each runs the script's init code before anything else. */
import type { VuRuntime } from "../vu/runtime.ts";
import { type DescribedError, hasStack } from "../vu/script-error.ts";
import { Vu } from "../vu/vu.ts";
import { ExitCode } from "../base/exit-codes.ts";
import { scriptFailure, toFailure } from "./failure.ts";
import type { Failure } from "./messages.ts";
import type { ScriptHost } from "./script-host.ts";
import { VuInit } from "./vu-init.ts";

/** An exception in init code, described already. */
class ScriptInitError extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super();
    this.failure = failure;
  }
}

/** What an error of `VuMaker.make`, or any other, is to the conductor. */
export const failureOf = (error: unknown): Failure =>
  error instanceof ScriptInitError ? { ...error.failure } : toFailure(error);

export class VuMaker {
  private readonly runtime: VuRuntime;
  private readonly script: ScriptHost;
  private readonly env: Readonly<Record<string, string>>;
  private readonly describe: (error: unknown) => DescribedError;
  private vu: Vu | undefined;
  private abortion: Failure | undefined;

  constructor(init: {
    runtime: VuRuntime;
    script: ScriptHost;
    env: Readonly<Record<string, string>>;
    describe: (error: unknown) => DescribedError;
  }) {
    this.runtime = init.runtime;
    this.script = init.script;
    this.env = init.env;
    this.describe = init.describe;
  }

  /**
   * Makes a VU and runs its init code.
   *
   * @returns The VU; a promise of it only if its init code waits for something.
   * @throws For `failureOf`.
   */
  make(idInInstance: number, idInTest: number): Vu | Promise<Vu> {
    const { runtime } = this;
    const vu = new Vu({ runtime, idInInstance, idInTest, env: this.env, tags: runtime.runTags });
    const init = new VuInit(vu);
    this.vu = vu;
    this.abortion = undefined;
    init.run(() => this.script.init(vu));
    if (vu.interrupted && this.abortion) init.fail(undefined);
    return init.state === "running" ? init.whenSettled().then(() => this.made(vu, init)) : this.made(vu, init);
  }

  /** Fails the init code that runs now, if there is one. */
  abort(failure: Failure): boolean {
    if (this.vu === undefined) return false;
    this.abortion = failure;
    return true;
  }

  private made(vu: Vu, init: VuInit): Vu {
    this.vu = undefined;
    if (init.state === "ready") {
      this.script.settleOptions(vu);
      return vu;
    }
    if (vu.interrupted && this.abortion) throw new ScriptInitError(this.abortion);
    if (toFailure(init.error).exitCode !== ExitCode.Panic) throw init.error;
    const described = this.describe(init.error);
    // here k6 tells the place of errors only
    throw new ScriptInitError(scriptFailure(hasStack(init.error) ? described : { ...described, frames: [] }));
  }
}
