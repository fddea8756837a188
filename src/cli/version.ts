/** Which program this is, and which k6 it follows. */
import process from "node:process";
import packageJson from "../../package.json" with { type: "json" };

export const PROGRAM_NAME = "sixfold";

/** The k6 whose behaviour is followed; scripts see it in the user agent, archives in `k6version`. */
export const K6_VERSION = "2.2.0";

/** One line, in the form of `k6 version`. */
export const versionLine = (): string =>
  `${PROGRAM_NAME} v${packageJson.version} (k6 v${K6_VERSION} scripts, ${process.platform}/${process.arch})`;
