import type { LogLevel } from "../base/log.ts";

/** A log line that reading or merging options asks for; the caller has the logger. */
export interface Notice {
  level: LogLevel;
  message: string;
  /** Among them `error`, as k6 names it, and `hint`. */
  fields?: Record<string, string>;
}
