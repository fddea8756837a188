/** Twins of the built-ins that call back: installers for the realm, in no particular order. */
import type { Realm } from "../realm-source/core.ts";
import { installArrayTwins } from "./array.ts";
import { installFunctionTwins } from "./function.ts";
import { installIteratorTwins } from "./iterator.ts";
import { installJsonTwins } from "./json.ts";
import { installMapSetTwins } from "./map-set.ts";
import { installStringTwins } from "./string.ts";

export const twinInstallers: readonly ((rt: Realm) => void)[] = [
  installArrayTwins,
  installFunctionTwins,
  installIteratorTwins,
  installJsonTwins,
  installMapSetTwins,
  installStringTwins,
];
