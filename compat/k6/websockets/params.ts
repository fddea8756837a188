/**
 * The params object of a WebSocket: headers, tags, cookie jar, compression. `k6/ws` and `k6/websockets` read it alike, but
 * for what they say of mistakes.
 *
 * @see k6 docs, javascript-api/k6-ws/connect and javascript-api/k6-websockets/params
 */
import { GoError, type TagSet, type VuRuntime } from "../../../src/module-api.ts";
import { type CookieJar, canonicalHeaderName, jarBehind } from "../../../src/websocket-api.ts";
import { tagsFrom } from "../tag-value.ts";

export interface SocketParams {
  /** By canonical name; of equal names the last counts, as in k6. */
  headers: Map<string, string>;
  tags: TagSet;
  /** Undefined for the VU's own. */
  jar: CookieJar | undefined;
  compression: boolean;
}

/** What a module does its own way. */
export interface ParamsDialect {
  /** Precedes the message about a value that tags cannot hold. */
  tagsContext: string;
  /** An empty text for `compression` means none instead of being a mistake. */
  mayBeUncompressed: boolean;
  /** A member that is none of the params. */
  unknown(name: string): void;
}

const COMPRESSION = "deflate";

/**
 * Reads the params of a connection that the current VU makes.
 *
 * @throws {GoError} In k6's words, for the first member that is wrong.
 */
export function readParams(runtime: VuRuntime, given: unknown, dialect: ParamsDialect): SocketParams {
  const { vu, options } = runtime;
  const params: SocketParams = {
    headers: new Map([["User-Agent", options.userAgent ?? ""]]),
    tags: vu.tags,
    jar: undefined,
    compression: false,
  };
  if (given === undefined || given === null) return params;
  const object = Object(given) as Record<string, unknown>;
  for (const name of Object.keys(object)) {
    const value = object[name];
    switch (name) {
      case "headers":
        readHeaders(params.headers, value);
        break;
      case "tags":
        if (value !== undefined && value !== null)
          params.tags = tagsFrom(params.tags, Object(value), dialect.tagsContext);
        break;
      case "jar":
        params.jar = jarBehind(runtime, value);
        break;
      case "compression":
        params.compression = readCompression(value, dialect);
        break;
      default:
        dialect.unknown(name);
    }
  }
  return params;
}

function readHeaders(headers: Map<string, string>, given: unknown): void {
  if (given === undefined || given === null) return;
  const object = Object(given) as Record<string, unknown>;
  for (const name of Object.keys(object)) headers.set(canonicalHeaderName(name), String(object[name]));
}

function readCompression(given: unknown, dialect: ParamsDialect): boolean {
  const algorithm = String(given).trim();
  if (algorithm === "" && dialect.mayBeUncompressed) return false;
  if (algorithm !== COMPRESSION) {
    throw new GoError(`unsupported compression algorithm '${algorithm}', supported algorithm is '${COMPRESSION}'`);
  }
  return true;
}
