/**
 * What a URL means to the transport, worked out once and shared by every request to it.
 *
 * Hot path: a script asks for the same URLs over and over, so the parsed URL, the pool's key, the last serialized head and
 * the last head that the server answered with are kept with it.
 */
import { basicAuthorization } from "./auth/basic.ts";
import { type Failure, genericFailure, joinHostPort, quote } from "./error-codes.ts";
import type { HeaderList, RequestHead } from "./headers.ts";
import { HeadMemory } from "./http1-parser.ts";
import type { ProxyServer, ProxyRules } from "./proxy.ts";
import { asciiHost, type GoUrl, toText } from "./url.ts";

/** A head that was serialized for a target, with what it was made from. */
export interface PreparedHead {
  headers: HeaderList | undefined;
  cookie: string;
  head: RequestHead;
  text: string;
  bytes: Buffer;
}

export class Target {
  readonly url: GoUrl;
  readonly isHttp: boolean;
  readonly isHttps: boolean;
  /** To resolve, verify and send as SNI; IPv6 without brackets. */
  readonly hostname: string;
  readonly port: number;
  /** Value of Host, unless the request brings its own. */
  readonly hostHeader: string;
  readonly requestUri: string;
  /** Connections to it are kept under this name. */
  readonly poolKey: string;
  readonly proxy: ProxyServer | undefined;
  /** Basic authorization from the URL's user and password, empty if it has none. */
  readonly authorization: string;
  /** It cannot be requested at all. */
  readonly failure: Failure | undefined;
  readonly headMemory = new HeadMemory();
  prepared: PreparedHead | undefined = undefined;
  /** Where a caller may keep what it derives from the URL. */
  derived: unknown = undefined;

  constructor(url: GoUrl, proxies: ProxyRules) {
    this.url = url;
    this.isHttps = url.scheme === "https";
    this.isHttp = this.isHttps || url.scheme === "http";
    const choice = proxies.choose(url);
    this.failure = refuse(url) ?? choice.failure;
    this.proxy = choice.proxy;
    this.hostname = toText(asciiHost(url.hostname));
    this.port = Number(url.port || (this.isHttps ? 443 : 80));
    this.hostHeader = asciiHost(url.host);
    const viaProxy = this.proxy !== undefined && !this.isHttps;
    const absolute = viaProxy ? `${url.scheme}://${this.hostHeader}${url.requestUri}` : url.requestUri;
    this.requestUri = toText(absolute);
    this.authorization = url.user ? basicAuthorization(url.user) : "";
    this.poolKey = poolKey({ proxy: this.proxy, isHttps: this.isHttps, place: joinHostPort(this.hostname, this.port) });
  }
}

/** A plain HTTP proxy carries requests for any host, so its connections are one pool. */
function poolKey(parts: { proxy: ProxyServer | undefined; isHttps: boolean; place: string }): string {
  if (parts.proxy !== undefined && !parts.isHttps) return `${parts.proxy.key}|http`;
  return `${parts.proxy?.key ?? ""}|${parts.isHttps ? "https" : "http"}|${parts.place}`;
}

function refuse(url: GoUrl): Failure | undefined {
  if (url.scheme !== "http" && url.scheme !== "https") {
    return genericFailure(`unsupported protocol scheme ${quote(url.scheme)}`);
  }
  return url.host === "" ? genericFailure("http: no Host in request URL") : undefined;
}
