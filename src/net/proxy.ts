/**
 * Which proxy a request goes through: HTTP_PROXY, HTTPS_PROXY and NO_PROXY, upper or lower case, as Go reads them.
 *
 * Loopback targets are never proxied. NO_PROXY holds names (with their subdomains; only those if they begin with a dot or
 * `*.`), addresses, CIDR ranges, each perhaps with a port, or `*`.
 */
import { basicAuthorization } from "./auth/basic.ts";
import { type Failure, genericFailure, quote } from "./error-codes.ts";
import { formatIp, ipBytes, parseCidr } from "./guards.ts";
import { isIP } from "../base/ip.ts";
import { asciiHost, type GoUrl, parseUrl, UrlError } from "./url.ts";

export interface ProxyServer {
  /** `http` or `https`. */
  scheme: string;
  hostname: string;
  port: number;
  /** Value of Proxy-Authorization, empty for none. */
  authorization: string;
  /** Names it in pool keys. */
  key: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** A proxy, `undefined` for a direct connection, or why neither can be had. */
export type ProxyChoice = { proxy?: ProxyServer; failure?: Failure };

const DIRECT: ProxyChoice = {};

export class ProxyRules {
  readonly #http: ProxyChoice;
  readonly #https: ProxyChoice;
  readonly #except: ((host: string, port: string) => boolean)[] = [];

  constructor(environment: Environment = {}) {
    this.#http = parseProxy(environment["HTTP_PROXY"] || environment["http_proxy"] || "");
    this.#https = parseProxy(environment["HTTPS_PROXY"] || environment["https_proxy"] || "");
    if (this.#http === DIRECT && this.#https === DIRECT) return;
    for (const rule of (environment["NO_PROXY"] || environment["no_proxy"] || "").split(",")) {
      const exception = parseException(rule.trim().toLowerCase());
      if (exception) this.#except.push(exception);
    }
  }

  choose(url: GoUrl): ProxyChoice {
    const choice = url.scheme === "https" ? this.#https : this.#http;
    if (choice === DIRECT) return DIRECT;
    const host = asciiHost(url.hostname).toLowerCase().replace(/\.$/, "");
    const port = url.port || (url.scheme === "https" ? "443" : "80");
    if (host === "localhost" || isLoopback(host)) return DIRECT;
    return this.#except.some((matches) => matches(host, port)) ? DIRECT : choice;
  }
}

function isLoopback(host: string): boolean {
  const bytes = ipBytes(host);
  if (bytes === undefined) return false;
  return bytes.length === 4 ? bytes[0] === 127 : bytes.every((byte, i) => byte === (i === 15 ? 1 : 0));
}

function parseProxy(text: string): ProxyChoice {
  if (text === "") return DIRECT;
  let url: GoUrl | undefined;
  let problem = "";
  for (const candidate of [text, `http://${text}`]) {
    try {
      const parsed = parseUrl(candidate);
      if (/^(https?|socks5h?)$/.test(parsed.scheme) && parsed.host !== "") {
        url = parsed;
        break;
      }
    } catch (error) {
      if (!(error instanceof UrlError)) throw error;
      problem ||= error.message;
    }
  }
  if (url === undefined) {
    return { failure: genericFailure(`invalid proxy address ${quote(text)}: ${problem || "no host"}`) };
  }
  if (url.scheme.startsWith("socks")) {
    return {
      failure: genericFailure(`proxy scheme ${quote(url.scheme)} is not supported: use an http or https proxy`),
    };
  }
  return {
    proxy: {
      scheme: url.scheme,
      hostname: asciiHost(url.hostname),
      port: Number(url.port || (url.scheme === "https" ? 443 : 80)),
      authorization: url.user ? basicAuthorization(url.user) : "",
      key: url.href,
    },
  };
}

function parseException(rule: string): ((host: string, port: string) => boolean) | undefined {
  if (rule === "") return undefined;
  if (rule === "*") return () => true;
  if (/\/\d+$/.test(rule)) return parseRangeException(rule);
  const found = /^(\[[^\]]*\]|[^:]*):([0-9]*)$/.exec(rule);
  let name = found ? found[1]! : rule;
  const port = found?.[2] ?? "";
  if (name.startsWith("[") && name.endsWith("]")) name = name.slice(1, -1);
  if (name === "") return undefined;
  const fitsPort = (actual: string) => port === "" || port === actual;
  if (isIP(name) !== 0) {
    const ip = formatIp(ipBytes(name)!);
    return (host, actual) => {
      const bytes = ipBytes(host);
      return bytes !== undefined && formatIp(bytes) === ip && fitsPort(actual);
    };
  }
  if (name.startsWith("*.")) name = name.slice(1);
  const ending = asciiHost(name.startsWith(".") ? name : `.${name}`);
  const matchesItself = !name.startsWith(".");
  return (host, actual) => (host.endsWith(ending) || (matchesItself && host === ending.slice(1))) && fitsPort(actual);
}

function parseRangeException(rule: string): ((host: string) => boolean) | undefined {
  let range: ReturnType<typeof parseCidr>;
  try {
    range = parseCidr(rule);
  } catch (error) {
    if (error instanceof RangeError) return undefined; // Go ignores entries that it cannot read.
    throw error;
  }
  return (host) => {
    const bytes = ipBytes(host);
    if (bytes === undefined || bytes.length !== range.bytes.length) return false;
    for (let bit = 0; bit < range.prefixBits; bit++) {
      const mask = 0x80 >> (bit & 7);
      if ((bytes[bit >> 3]! & mask) !== (range.bytes[bit >> 3]! & mask)) return false;
    }
    return true;
  };
}
