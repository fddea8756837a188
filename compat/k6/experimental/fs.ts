/**
 * The module `k6/experimental/fs`: files that are read in pieces, without a copy for each VU.
 *
 * @see k6 docs, javascript-api/k6-experimental/fs
 */
import { basename } from "node:path";
import {
  bytesOf,
  type ModuleFactory,
  namedRejection,
  promised,
  rejected,
  typedArrayName,
} from "../../../src/module-api.ts";
import { OpenFile, SeekMode } from "./file.ts";

const typeError = (message: string) => namedRejection("TypeError", message);
const isMissing = (value: unknown): boolean => value === undefined || value === null;

/** @throws {Rejection} In k6's words. */
function integer(value: unknown, what: string): number {
  if (isMissing(value)) throw typeError(`seek() failed; reason: the ${what} argument cannot be null or undefined`);
  if (!Number.isInteger(value)) throw typeError(`seek() failed; reason: the ${what} argument must be a number`);
  return value as number;
}

const fs: ModuleFactory = (runtime) => {
  const { rt } = runtime;

  /** A function whose result, or exception, settles the promise that it returns. */
  const async = (
    name: string,
    length: number,
    run: (args: any[], self: unknown) => unknown,
    toScript = (value: unknown) => value,
  ) =>
    rt.fn(name, length, (args, self) => {
      let value: unknown;
      try {
        value = run(args, self);
      } catch (error) {
        return rejected(runtime, error);
      }
      return promised(runtime, Promise.resolve(value), toScript);
    });
  const fileOf = (self: unknown): OpenFile => {
    const file = rt.stateOf(self);
    if (!(file instanceof OpenFile)) throw new TypeError("this is no file of k6/experimental/fs");
    return file;
  };

  const stat = async(
    "stat",
    0,
    (_args, self) => fileOf(self),
    (file) => Object.assign(rt.object(), { name: basename((file as OpenFile).path), size: (file as OpenFile).size }),
  );
  const read = async("read", 1, ([into], self) => {
    if (isMissing(into)) throw typeError("read() failed; reason: into argument cannot be null or undefined");
    if (typedArrayName(into) !== "Uint8Array")
      throw typeError("read() failed; reason: into argument must be a Uint8Array");
    return fileOf(self).read(bytesOf(into)!);
  });
  const seek = async("seek", 2, ([offsetGiven, modeGiven], self) => {
    const offset = integer(offsetGiven, "offset");
    const mode = integer(modeGiven, "whence");
    if (!Object.values<number>(SeekMode).includes(mode)) {
      throw typeError("seek() failed; reason: the whence argument must be a SeekMode");
    }
    return fileOf(self).seek(offset, mode);
  });

  const open = async(
    "open",
    1,
    ([given]) => {
      if (!runtime.vu.inInit) {
        throw namedRejection(
          "ForbiddenError",
          "open() failed; reason: opening a file is allowed only in the Init context",
        );
      }
      if (isMissing(given)) throw typeError("open() failed; reason: path cannot be null or undefined");
      if (String(given) === "") throw typeError("open() failed; reason: path cannot be empty");
      const { files } = runtime;
      const path = files.resolve(String(given));
      const kind = files.kind(path);
      if (kind === "missing")
        throw namedRejection("NotFoundError", `no such file or directory ${JSON.stringify(path)}`);
      if (kind === "folder") {
        throw namedRejection(
          "InvalidResourceError",
          `cannot open ${JSON.stringify(path)}: opening a directory is not supported`,
        );
      }
      return new OpenFile(path, files.bytes(path));
    },
    (file) => rt.tie(Object.assign(rt.object(), { path: (file as OpenFile).path, stat, read, seek }), file),
  );

  return { named: { open, SeekMode: Object.assign(rt.object(), SeekMode) } };
};

export default fs;
