/** Types of the file of `ws` that its package does not export; `@types/ws` knows only the exported ones. */

declare module "*/ws/lib/receiver.js" {
  import { Writable } from "node:stream";

  interface Extension {
    decompress(data: Uint8Array, fin: boolean, done: (error: Error | null, data?: Buffer) => void): void;
  }

  export default class Receiver extends Writable {
    constructor(options?: { skipUTF8Validation?: boolean; extensions?: Record<string, Extension> });
    /** Reads the first two bytes of a frame, if they are there. */
    getInfo(done: (error?: Error) => void): void;
  }
}
