/** Which program this is, and which k6 it follows. */
import process from "node:process";
import packageJson from "../../package.json" with { type: "json" };
import { K6_VERSION } from "../options/schema.ts";

export const PROGRAM_NAME = "sixfold";

/** One line, in the form of `k6 version`. */
export const versionLine = (): string =>
  `${PROGRAM_NAME} v${packageJson.version} (k6 v${K6_VERSION} scripts, ${process.platform}/${process.arch})`;
