/**
 * Standard output and standard error.
 *
 * The runtime's own streams take 4 ms to load, so they wait until a text goes to a terminal or a socket, or a pipe is full.
 * Files, the null device and pipes with room are written to directly: there a write never has to wait for a reader.
 */
import { constants, fstatSync, openSync, type Stats, statSync, writeSync } from "node:fs";
import process from "node:process";
import { systemReason } from "../base/system-error.ts";
import { writeAll } from "../base/write-all.ts";
import type { TextStream } from "./host.ts";

type StreamName = "stdout" | "stderr";

export function standardStream(name: StreamName): TextStream {
  const file = name === "stdout" ? 1 : 2;
  const stats = process.platform === "win32" ? undefined : statsOf(() => fstatSync(file));
  const kind = kindOf(stats);
  if (kind === "file") return { write: fileWriter(name, file), isTTY: false, columns: undefined };
  if (kind === "pipe") return { write: sharedPipeWriter(name, file, stats!), isTTY: false, columns: undefined };
  return {
    write: (text) => writeThroughStream(name, text),
    get isTTY() {
      return kind === "device" && process[name].isTTY === true;
    },
    get columns() {
      // a terminal that nobody gave a size says 0
      return kind === "device" ? process[name].columns || undefined : undefined;
    },
  };
}

/** Those that failed: they take no more, and nothing is written to them. */
const failed = new Set<StreamName>();
const readerGone: (() => void)[] = [];

/** Calls back when standard output is a pipe or a socket, and a write finds that nobody is there to read it. */
export function onReaderGone(listener: () => void): void {
  readerGone.push(listener);
}

/** A failure is told of once, and ends nothing: what the test measured has other places to go. */
function fail(name: StreamName, error: unknown): void {
  if (failed.has(name)) return;
  failed.add(name);
  // of standard error itself there is nowhere to tell
  if (name === "stderr") return;
  if ((error as { code?: string }).code === "EPIPE") for (const listener of readerGone) listener();
  else writeThroughStream("stderr", `error: could not write to stdout: ${systemReason(error)}\n`);
}

function fileWriter(name: StreamName, file: number): Write {
  return (text) => {
    if (failed.has(name)) return;
    try {
      writeAll(file, text);
    } catch (error) {
      fail(name, error);
    }
  };
}

type Write = (text: string) => void;
const pipeWriters = new Map<string, Write>();

/** One writer for both streams if they lead to the same pipe (`2>&1 |`): lines keep their order and are not cut. */
function sharedPipeWriter(name: StreamName, file: number, { dev, ino }: Stats): Write {
  const pipe = `${dev} ${ino}`;
  let writer = pipeWriters.get(pipe);
  if (writer === undefined) pipeWriters.set(pipe, (writer = pipeWriter(name, file)));
  return writer;
}

/**
 * Through a file description of our own that does not wait, since the inherited one is shared with other processes. What
 * the pipe does not take at once, and all that follows, goes through the runtime's stream.
 */
function pipeWriter(name: StreamName, file: number): Write {
  let direct = reopenWithoutWaiting(file);
  return (text) => {
    if (direct === undefined) return writeThroughStream(name, text);
    const bytes = Buffer.from(text);
    let at = 0;
    try {
      while (at < bytes.length) at += writeSync(direct, bytes, at);
    } catch {
      // full, or nobody reads: the stream waits for the one and tells of the other
      direct = undefined;
      writeThroughStream(name, bytes.subarray(at));
    }
  };
}

/** Only Linux opens a pipe anew. */
function reopenWithoutWaiting(file: number): number | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    return openSync(`/proc/self/fd/${file}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return undefined; // no /proc, or not ours to open: the stream will do
  }
}

const lastWrites = new Map<StreamName, Promise<void>>();
const watched = new Set<StreamName>();

function writeThroughStream(name: StreamName, data: string | Uint8Array): void {
  if (data.length === 0 || failed.has(name)) return;
  const stream = process[name];
  if (!watched.has(name)) {
    watched.add(name);
    // without a listener an error of the stream would end the process
    stream.on("error", (error) => fail(name, error));
  }
  const written = new Promise<void>((resolve) => {
    const done = (error?: unknown): void => {
      if (error) fail(name, error);
      resolve();
    };
    try {
      stream.write(data, done);
    } catch (error) {
      // Bun throws what a socket refuses at once
      done(error);
    }
  });
  lastWrites.set(name, written);
}

/** Waits until all that was written has gone: the end of the process would take it away from a reader that is slow. */
export async function standardStreamsWritten(): Promise<void> {
  await Promise.all(lastWrites.values());
}

/** "device" may be a terminal; "other" is none. */
function kindOf(stats: Stats | undefined): "file" | "pipe" | "device" | "other" {
  if (process.platform === "win32") return "device";
  if (stats === undefined) return "other";
  if (stats.isFile()) return "file";
  if (stats.isFIFO()) return "pipe";
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
