/**
 * The files that scripts open: found from the folder of a module, read once a thread, and from then on as they were.
 */
import process from "node:process";
import { systemReason } from "../base/system-error.ts";
import { filePath } from "../script/resolve.ts";
import { GoError } from "./go-error.ts";

/** Loaded by the first file: most scripts open none. */
const fs = () => process.getBuiltinModule("node:fs");
const paths = () => process.getBuiltinModule("node:path");

export class ScriptFiles {
  private readonly mainId: string;
  private readonly workingFolder: string;
  private readonly contents = new Map<string, Uint8Array<ArrayBuffer>>();
  private readonly texts = new Map<string, string>();

  /** @param mainId Id of the main module; for a script from standard input names start at `workingFolder`. */
  constructor(mainId: string, workingFolder: string) {
    this.mainId = mainId;
    this.workingFolder = workingFolder;
  }

  /** The absolute path that `name` means in a module. */
  resolve(name: string, moduleId: string = this.mainId): string {
    if (name.startsWith("file://")) return filePath(name);
    if (paths().isAbsolute(name)) return name;
    const { posix } = paths();
    const isFile = moduleId.startsWith("file://") && moduleId !== "file:///-";
    return posix.resolve(isFile ? posix.dirname(filePath(moduleId)) : this.workingFolder, name);
  }

  /** @throws {GoError} If the system refuses to look. */
  kind(path: string): "file" | "folder" | "missing" {
    if (this.contents.has(path)) return "file";
    // the runtime refuses such a name before the system can
    if (path.includes("\0")) throw new GoError(`stat ${path}: invalid argument`);
    const stat = asked(() => fs().statSync(path, { throwIfNoEntry: false }));
    return stat === undefined ? "missing" : stat.isDirectory() ? "folder" : "file";
  }

  /**
   * Contents of a file; do not modify.
   *
   * @throws {GoError} If it cannot be read.
   */
  bytes(path: string): Uint8Array<ArrayBuffer> {
    let bytes = this.contents.get(path);
    if (bytes === undefined) this.contents.set(path, (bytes = new Uint8Array(asked(() => fs().readFileSync(path)))));
    return bytes;
  }

  /** Contents of a file as text. */
  text(path: string): string {
    let text = this.texts.get(path);
    if (text === undefined) this.texts.set(path, (text = decoder.decode(this.bytes(path))));
    return text;
  }
}

/** Asks the system; its refusal is an error that the script sees, in k6's words. */
function asked<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw new GoError(systemReason(error));
  }
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
