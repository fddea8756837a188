/** Twins of the built-ins that call back: installers for the realm, in no particular order. */
import type { Realm } from "../realm-source/core.ts";
import { installArrayTwins } from "./array.ts";
import { installFunctionTwins } from "./function.ts";

export const twinInstallers: readonly ((rt: Realm) => void)[] = [installArrayTwins, installFunctionTwins];
