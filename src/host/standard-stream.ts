/**
 * Standard output and standard error.
 *
 * The runtime's own streams take 4 ms to load, so they wait until a text goes to a terminal, a pipe or a socket. Files
 * and the null device are written to directly: there a write never has to wait for a reader.
 */
import { fstatSync, type Stats, statSync } from "node:fs";
import process from "node:process";
import { writeAll } from "../base/write-all.ts";
import type { TextStream } from "./host.ts";

export function standardStream(name: "stdout" | "stderr"): TextStream {
  const file = name === "stdout" ? 1 : 2;
  const kind = kindOf(file);
  if (kind !== "file") {
    return {
      write: (text) => void process[name].write(text),
      get isTTY() {
        return kind === "device" && process[name].isTTY === true;
      },
      get columns() {
        // a terminal that nobody gave a size says 0
        return kind === "device" ? process[name].columns || undefined : undefined;
      },
    };
  }
  let failed = false;
  return {
    write(text) {
      if (failed) return;
      try {
        writeAll(file, text);
      } catch (error) {
        failed = true;
        // of standard error itself there is nowhere to tell
        if (name === "stdout") process.stderr.write(`error: could not write to stdout: ${(error as Error).message}\n`);
      }
    },
    isTTY: false,
    columns: undefined,
  };
}

/** "device" may be a terminal; "other" is none. */
function kindOf(file: number): "file" | "device" | "other" {
  if (process.platform === "win32") return "device";
  const stats = statsOf(() => fstatSync(file));
  if (stats === undefined) return "other";
  if (stats.isFile()) return "file";
  if (!stats.isCharacterDevice()) return "other";
  return stats.rdev === statsOf(() => statSync("/dev/null"))?.rdev ? "file" : "device";
}

/** A closed descriptor has none, nor has a device that this system lacks. */
function statsOf(look: () => Stats): Stats | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
