/**
 * What sets up the sandbox realm, as text.
 *
 * In an executable `build.ts` puts a module in this one's place that has the same text, and its bytecode: parsing takes
 * each thread 2 to 3 ms.
 */
import { twinInstallers } from "../twins/index.ts";
import { installBuiltins } from "./builtins.ts";
import { closedSource } from "./closed.ts";
import { installConstruct } from "./construct.ts";
import { installCore } from "./core.ts";
import { installDates } from "./dates.ts";
import { installGenerators } from "./generators.ts";
import { installGlobals } from "./globals.ts";
import { installPromise } from "./promise.ts";

export interface RealmSource {
  /** See `closedSource`: returns the installers below, in their order. */
  text: string;
  /** The text's `cachedData` for `vm.compileFunction`. */
  bytecode: Uint8Array | undefined;
}

export const realmSource = (): RealmSource => ({
  text: closedSource([
    installCore,
    installConstruct,
    installPromise,
    installGenerators,
    installDates,
    installBuiltins,
    installGlobals,
    ...twinInstallers,
  ]),
  bytecode: undefined,
});
