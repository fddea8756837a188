/** Types of the files of `ws` that its package does not export; `@types/ws` knows only the exported ones. */

declare module "*/ws/lib/receiver.js" {
  import { Writable } from "node:stream";

  export default class Receiver extends Writable {
    constructor(options?: {
      skipUTF8Validation?: boolean;
      extensions?: Record<string, import("*/ws/lib/permessage-deflate.js").default>;
    });
  }
}

declare module "*/ws/lib/permessage-deflate.js" {
  export default class PerMessageDeflate {
    static readonly extensionName: string;
    constructor(options: { threshold?: number; isServer?: boolean });
    accept(offers: Record<string, unknown[]>[]): Record<string, unknown>;
    cleanup(): void;
  }
}
