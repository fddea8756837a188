/**
 * HTTP for virtual users: one request in, one exchange for each hop out.
 *
 * A client is what the VUs of a thread share (options, resolver, TLS contexts, parsed URLs); a session is one VU's
 * connections. A request runs as one object that is its own timeout and its own receiver of bytes: it asks the pool for a
 * connection, is sent, and on the answer either follows a redirect, answers an authentication challenge, or is done.
 * Redirects, cookies, retries and texts are those of k6, that is of Go's `http.Client` and `http.Transport`.
 *
 * Hot path: this is the `http-get` bench row. On a warm connection no timer is set, no promise made and no closure created.
 */
import { digestAuthorization } from "./auth/digest.ts";
import { authenticateMessage, negotiateMessage, ntlmScheme, ntlmToken } from "./auth/ntlm.ts";
import { type Coding, decodeBody, encodeBody } from "./body.ts";
import type { HttpConnection, PartialAnswer, Repeat, Transmission, WireBody } from "./connection.ts";
import { type CookieJar, cookieHeader, parseSetCookies, type RequestCookie } from "./cookies.ts";
import { clearDeadline, Deadline, Deadlines } from "./deadlines.ts";
import { Dialing } from "./dial.ts";
import { type DnsConfig, Resolver } from "./dns.ts";
import { type Failure, genericFailure, invalidUrlFailure, quote, requestTimeoutFailure } from "./error-codes.ts";
import { HttpExchange } from "./exchange.ts";
import { Guards, RpsLimiter } from "./guards.ts";
import {
  allHeaders,
  type HeaderList,
  isToken,
  lastHeader,
  normalizeHeaders,
  type RequestHead,
  refuseHeaders,
  serializeHead,
  withHeader,
  withoutHeaders,
} from "./headers.ts";
import { allowsBody, type HeadMemory, type ResponseHead } from "./http1-parser.ts";
import { loadHttp2 } from "./http2.ts";
import { ConnectionPool } from "./pool.ts";
import { type Environment, ProxyRules } from "./proxy.ts";
import { Target } from "./target.ts";
import { computeTimings, Stamps } from "./timings.ts";
import { TlsClient, type TlsSettings } from "./tls.ts";
import { GoUrl, parseUrl, UrlError } from "./url.ts";

/** Plain data, so that it can be handed to another thread. */
export interface HttpClientConfig {
  tls?: TlsSettings;
  dns?: DnsConfig;
  hosts?: Readonly<Record<string, string>>;
  blacklistIPs?: readonly string[];
  blockHostnames?: readonly string[];
  /** For HTTP_PROXY and its kin, SSL_CERT_FILE, and GODEBUG's `http2client=0`. */
  environment?: Environment;
  /** Sent unless a request brings its own; empty sends none. */
  userAgent?: string;
  noConnectionReuse?: boolean;
  /** Option `batch`: idle connections that a session keeps. */
  idleConnectionsMax?: number;
  /** Option `batchPerHost`: idle connections that a session keeps for one host. */
  idleConnectionsPerHostMax?: number;
  /** This thread's part of the option `rps`. */
  requestsPerSecond?: number;
}

/** What a client may share with other protocols of its thread instead of making its own. */
export interface SharedParts {
  guards: Guards;
  resolver: Resolver;
  tls: TlsClient;
  proxies: ProxyRules;
}

export interface HttpRequest {
  /** As the script wrote it; case matters. */
  method: string;
  url: string | GoUrl;
  /** What `HttpClient.target` made of the URL, if that has been asked already. */
  target?: Target;
  /** Names and values in turn; of equal names the last counts. Reuse the array where the headers are the same. */
  headers?: HeaderList;
  body?: string | Uint8Array;
  /** Encode the body with these, in turn. */
  compression?: readonly Coding[];
  jar?: CookieJar;
  cookies?: readonly RequestCookie[];
  /** Redirects to follow. */
  redirectsMax: number;
  timeoutMs: number;
  /** `digest` and `ntlm` do something; user and password are the URL's. */
  auth?: string;
  /** Read the body, but keep nothing of it. */
  discardBody?: boolean;
  /** Nothing is sent; it fails as if it had been cancelled. */
  isCancelled?: boolean;
}

export interface HttpResult {
  /** In order; the last one is the answer. Empty only if the URL could not be parsed. */
  readonly exchanges: readonly HttpExchange[];
  /** Of the last exchange or of the URL. */
  readonly failure: Failure | undefined;
  /** What k6 logs and throws for the failure: `Get "http://127.0.0.1:1/": dial tcp ...`. Empty without one. */
  readonly errorText: string;
  /** `res.url`: of the last answer, or of the redirect that was being followed. */
  readonly url: string;
  /** How many requests had been made when the limit stopped a redirect, 0 if it did not. */
  readonly redirectsStoppedAfter: number;
}

export interface PendingRequest {
  /** Closes the request's connection; `onDone` is not called. */
  abort(): void;
}

/** Parsed URLs that are kept; a script with unique URLs must not fill the memory. */
const TARGETS_MAX = 1_000;
const DEFAULT_USER_AGENT = "Go-http-client/1.1";

/** What the VUs of one thread share. */
export class HttpClient {
  readonly resolver: Resolver;
  readonly tls: TlsClient;
  readonly guards: Guards;
  readonly proxies: ProxyRules;
  /** @internal */ readonly deadlines = new Deadlines();
  /** @internal */ readonly userAgent: string;
  /** @internal */ readonly http2: boolean;
  /** @internal */ readonly limiter: RpsLimiter | undefined;
  readonly config: HttpClientConfig;
  readonly #targets = new Map<string, Target>();

  /** @throws {UserError} If TLS options cannot be used. */
  constructor(config: HttpClientConfig = {}, shared?: SharedParts) {
    const environment = config.environment ?? {};
    this.config = config;
    this.guards =
      shared?.guards ?? new Guards({ blacklistIPs: config.blacklistIPs, blockHostnames: config.blockHostnames });
    this.resolver = shared?.resolver ?? new Resolver({ dns: config.dns, hosts: config.hosts, guards: this.guards });
    this.tls = shared?.tls ?? new TlsClient({ environment, ...config.tls });
    this.proxies = shared?.proxies ?? new ProxyRules(environment);
    this.userAgent = config.userAgent ?? DEFAULT_USER_AGENT;
    this.http2 = !(environment["GODEBUG"] ?? "").split(",").includes("http2client=0");
    this.limiter = config.requestsPerSecond ? new RpsLimiter(config.requestsPerSecond) : undefined;
  }

  /** @param options.localIp The VU's address to dial from (option `localIPs`). */
  openSession(options: { localIp?: string } = {}): HttpSession {
    return new HttpSession(this, options.localIp);
  }

  /**
   * A URL, parsed and remembered.
   *
   * @throws {UrlError} If it cannot be parsed.
   */
  target(url: string | GoUrl): Target {
    const href = url instanceof GoUrl ? url.href : url;
    const known = this.#targets.get(href);
    if (known !== undefined) return known;
    const target = new Target(url instanceof GoUrl ? url : parseUrl(url), this.proxies);
    if (this.#targets.size >= TARGETS_MAX) this.#targets.clear();
    this.#targets.set(href, target);
    if (target.isHttps && this.http2) loadHttp2();
    return target;
  }
}

/** One VU's connections. */
export class HttpSession {
  readonly client: HttpClient;
  readonly localIp: string | undefined;
  /** Bytes of all requests so far, TLS not included; the owner may set them back to 0. */
  bytesSent = 0;
  bytesReceived = 0;
  /** @internal */ readonly pool: ConnectionPool;
  readonly #running = new Set<Run>();

  constructor(client: HttpClient, localIp: string | undefined) {
    this.client = client;
    this.localIp = localIp;
    const { idleConnectionsMax = 20, idleConnectionsPerHostMax = 6, noConnectionReuse = false } = client.config;
    const limits = { idleMax: idleConnectionsMax, idlePerKeyMax: idleConnectionsPerHostMax };
    this.pool = new ConnectionPool(limits, noConnectionReuse);
  }

  /** Sends a request. @param onDone Called once, later, never inside this call; not after `abort()`. */
  send(request: HttpRequest, onDone: (result: HttpResult) => void): PendingRequest {
    const run = new Run(this, request, onDone);
    this.#running.add(run);
    run.begin();
    return run;
  }

  /** Closes idle connections (option `noVUConnectionReuse`, between iterations). */
  closeIdle(): void {
    this.pool.closeIdle();
  }

  /** Aborts what is running and closes everything. */
  close(): void {
    for (const run of [...this.#running]) run.abort();
    this.pool.closeIdle();
  }

  /** @internal */
  ended(run: Run): void {
    this.#running.delete(run);
  }
}

const NO_HEADERS: HeaderList = [];

/** How much of a redirect's body Go reads to keep the connection. */
const REDIRECT_BODY_BYTES_MAX = 2 << 10;

/** Attempts beyond the first, as Go's HTTP/2 has it: a server that refuses for ever must not be asked for ever. */
const REPEATS_MAX = 6;

/** Where an authentication stands. */
const Auth = { None: 0, DigestAsked: 1, NtlmAnonymous: 2, NtlmNegotiated: 3, Done: 4 } as const;
type Auth = (typeof Auth)[keyof typeof Auth];

class Run extends Deadline implements Transmission, PendingRequest {
  requestHead: RequestHead = undefined as unknown as RequestHead;
  wireHead: string | Buffer = "";
  wireBody: WireBody | undefined = undefined;
  readonly stamps = new Stamps();

  readonly #session: HttpSession;
  readonly #request: HttpRequest;
  readonly #onDone: (result: HttpResult) => void;
  readonly #exchanges: HttpExchange[] = [];
  #target: Target = undefined as unknown as Target;
  #method: string;
  #headers: HeaderList = NO_HEADERS;
  /** The array that `#headers` was made from, to recognise it in a prepared head. */
  #headersSource: HeaderList | undefined = undefined;
  #hasBody = false;
  #cookie = "";
  #host = "";
  /** Authorization that an authentication computed; `undefined` leaves it to the URL. */
  #authorization: string | undefined = undefined;
  #auth: Auth = Auth.None;
  #stripsSensitive = false;
  #hopCount = 0;
  #repeatCount = 0;
  #resultUrl: string;
  #connection: HttpConnection | undefined = undefined;
  #lastConnection: HttpConnection | undefined = undefined;
  #dialing: Dialing | undefined = undefined;
  #wait: ReturnType<typeof setTimeout> | undefined = undefined;
  #bytesSent = 0;
  #bytesReceived = 0;
  #isStarting = true;
  #isOver = false;

  constructor(session: HttpSession, request: HttpRequest, onDone: (result: HttpResult) => void) {
    super();
    this.#session = session;
    this.#request = request;
    this.#onDone = onDone;
    this.#method = request.method === "" ? "GET" : request.method;
    this.#resultUrl = typeof request.url === "string" ? request.url : request.url.href;
  }

  get keepBody(): boolean {
    return this.#request.discardBody !== true;
  }

  get headMemory(): HeadMemory {
    return this.#target.headMemory;
  }

  begin(): void {
    try {
      this.#target = this.#request.target ?? this.#session.client.target(this.#request.url);
    } catch (error) {
      if (!(error instanceof UrlError)) throw error;
      const failure = invalidUrlFailure(error.message);
      this.#finish(failure, failure.text);
      return;
    }
    this.#prepare();
    const limiter = this.#session.client.limiter;
    const waitMs = limiter === undefined ? 0 : limiter.reserve(performance.now());
    if (waitMs > 0) this.#wait = setTimeout(() => this.#beginHops(), waitMs);
    else this.#beginHops();
    this.#isStarting = false;
  }

  #beginHops(): void {
    this.#wait = undefined;
    const nowMs = performance.now();
    if (this.#request.timeoutMs > 0) {
      this.#session.client.deadlines.set(this, this.#request.timeoutMs, nowMs);
      this.#hop(nowMs);
    } else {
      this.#hopRefused(requestTimeoutFailure, nowMs);
    }
  }

  /** Headers, body and credentials of the first hop. */
  #prepare(): void {
    const { headers, body, compression } = this.#request;
    if (headers !== undefined && headers.length > 0) {
      this.#headersSource = headers;
      this.#headers = normalizeHeaders(headers);
      this.#host = lastHeader(this.#headers, "host") ?? "";
    }
    if (body !== undefined) {
      this.#hasBody = true;
      this.wireBody = body;
      if (compression !== undefined && compression.length > 0) {
        const { bytes, contentEncoding } = encodeBody(body, compression);
        this.wireBody = bytes;
        if (!lastHeader(this.#headers, "content-encoding")) {
          this.#headers = withHeader(this.#headers, "Content-Encoding", contentEncoding);
          this.#headersSource = undefined;
        }
      }
    }
    this.#cookie = this.#firstCookies();
    switch (this.#request.auth) {
      case "digest":
        this.#auth = Auth.DigestAsked;
        break;
      case "ntlm":
        if (this.#target.authorization !== "" && !lastHeader(this.#headers, "authorization")) {
          this.#auth = Auth.NtlmAnonymous;
          this.#authorization = "";
        }
        break;
    }
  }

  /** A Cookie header of the script's own comes before the cookies. */
  #firstCookies(): string {
    const { jar, cookies } = this.#request;
    if ((jar === undefined || jar.isEmpty) && cookies === undefined) {
      return this.#headersSource === undefined ? "" : (lastHeader(this.#headers, "cookie") ?? "");
    }
    const own = lastHeader(this.#headers, "cookie") ?? "";
    const added = cookieHeader(this.#target.url, jar, cookies);
    return own === "" || added === "" ? own + added : `${own}; ${added}`;
  }

  #hop(nowMs: number): void {
    this.stamps.restart(nowMs);
    this.#bytesSent = 0;
    this.#bytesReceived = 0;
    this.#lastConnection = undefined;
    const refused = this.#makeHead();
    if (refused !== undefined) this.#hopRefused(refused, nowMs);
    else this.#acquire();
  }

  #acquire(): void {
    const pooled = this.#session.pool.take(this.#target.poolKey);
    if (pooled !== undefined) {
      this.stamps.gotConnection = this.stamps.getConnection;
      this.#startOn(pooled);
      return;
    }
    const { client, localIp, pool } = this.#session;
    const { resolver, tls, deadlines, http2 } = client;
    const context = { resolver, tls, deadlines, http2, localIp, owner: pool };
    const dialing = new Dialing(this.#target, this.stamps, context, ({ connection, failure }) => {
      this.#dialing = undefined;
      if (this.#isOver) {
        connection?.destroy();
        return;
      }
      if (connection === undefined) {
        this.#hopFailed(failure!, performance.now());
        return;
      }
      this.stamps.gotConnection = this.stamps.tlsDone || this.stamps.connectDone;
      this.#startOn(pool.admit(connection));
    });
    // It may have failed already, inside its constructor.
    if (!this.#isOver && this.#connection === undefined) this.#dialing = dialing;
  }

  #startOn(connection: HttpConnection): void {
    this.#connection = connection;
    this.#lastConnection = connection;
    connection.start(this);
  }

  /** Builds the head of this hop, or finds it prepared. @returns What forbids to send it. */
  #makeHead(): Failure | undefined {
    const target = this.#target;
    const { prepared } = target;
    const bodyBytes = bodyBytesOf(this.wireBody, this.#hasBody);
    if (this.#request.isCancelled) {
      this.requestHead = this.#describeHead(bodyBytes);
      return genericFailure("context canceled");
    }
    // Headers that were changed on the way (redirect, compression) are no longer those of the source array.
    const isUnchanged = this.#headersSource !== undefined || this.#headers.length === 0;
    const isPlain = isUnchanged && this.#authorization === undefined && this.#hopCount === 0;
    if (
      isPlain &&
      prepared !== undefined &&
      prepared.headers === this.#headersSource &&
      prepared.cookie === this.#cookie &&
      prepared.head.bodyBytes === bodyBytes &&
      prepared.head.method === this.#method
    ) {
      this.requestHead = prepared.head;
      this.wireHead = typeof this.wireBody === "string" ? prepared.text : prepared.bytes;
      return undefined;
    }
    const head = this.#describeHead(bodyBytes);
    this.requestHead = head;
    // Go looks at the headers of HTTP requests only.
    if (!target.isHttp) return target.failure;
    const refused =
      refuseHeaders(this.#headers) ??
      (isToken(this.#method) ? undefined : genericFailure(`net/http: invalid method ${quote(this.#method)}`)) ??
      target.failure;
    if (refused !== undefined) return refused;
    const text = serializeHead(head);
    this.wireHead = text;
    // Prepared for the next request of the same shape: its headers must be the same array, or none.
    if (isPlain) {
      const bytes = Buffer.from(text);
      target.prepared = { headers: this.#headersSource, cookie: this.#cookie, head, text, bytes };
      if (typeof this.wireBody !== "string") this.wireHead = bytes;
    }
    return undefined;
  }

  #describeHead(bodyBytes: number): RequestHead {
    const target = this.#target;
    const { client } = this.#session;
    const ownAuthorization = lastHeader(this.#headers, "authorization");
    return {
      method: this.#method,
      target: target.requestUri,
      host: this.#host || target.hostHeader,
      userAgent: lastHeader(this.#headers, "user-agent") ?? client.userAgent,
      headers: this.#headers,
      cookie: this.#cookie,
      authorization: this.#authorization ?? (ownAuthorization ? "" : target.authorization),
      bodyBytes,
      close: client.config.noConnectionReuse === true,
      proxyAuthorization: target.proxy !== undefined && !target.isHttps ? target.proxy.authorization : "",
    };
  }

  // ---- what the connection reports

  onBytes(sent: number, received: number): void {
    this.#bytesSent += sent;
    this.#bytesReceived += received;
    this.#session.bytesSent += sent;
    this.#session.bytesReceived += received;
  }

  bodyBytesWanted(head: ResponseHead): number {
    return isRedirect(head) && this.#auth === Auth.None && this.#hopCount < this.#request.redirectsMax
      ? REDIRECT_BODY_BYTES_MAX
      : Number.POSITIVE_INFINITY;
  }

  onAnswer(head: ResponseHead, body: Buffer, endMs: number): void {
    this.#connection = undefined;
    if (this.#auth !== Auth.None && this.#answerChallenge(head, body, endMs)) return;
    if (isRedirect(head) && this.#followRedirect(head, body, endMs)) return;
    const failure = this.#keepAnswer(head, body, endMs);
    this.#finish(failure, failure === undefined ? "" : failure.text);
  }

  onFailure(failure: Failure, endMs: number, repeat: Repeat, partial?: PartialAnswer): void {
    this.#connection = undefined;
    const mayRepeat = repeat === "always" || (repeat === "ifSafe" && this.#isSafeToRepeat());
    if (mayRepeat && this.#repeatCount < REPEATS_MAX) {
      this.#repeatCount++;
      this.#hop(performance.now());
      return;
    }
    this.#hopFailed(failure, endMs, partial);
  }

  /** Go repeats a request that a server may have dropped unseen, if doing it twice does no harm. */
  #isSafeToRepeat(): boolean {
    switch (this.#method) {
      case "GET":
      case "HEAD":
      case "OPTIONS":
      case "TRACE":
        return true;
      default:
        return (
          lastHeader(this.#headers, "idempotency-key") !== undefined ||
          lastHeader(this.#headers, "x-idempotency-key") !== undefined
        );
    }
  }

  override onDeadline(): void {
    const partial = this.#giveUp();
    const failure = partial === undefined ? requestTimeoutFailure : { ...requestTimeoutFailure, bare: true };
    this.#hopFailed(failure, performance.now(), partial);
  }

  abort(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearDeadline(this);
    this.#giveUp();
    this.#session.ended(this);
  }

  #giveUp(): PartialAnswer | undefined {
    clearTimeout(this.#wait);
    this.#dialing?.cancel();
    this.#dialing = undefined;
    const connection = this.#connection;
    this.#connection = undefined;
    return connection?.abandon(this);
  }

  // ---- hops

  #exchange(head: ResponseHead | undefined, endMs: number, failure: Failure | undefined, body?: Buffer): HttpExchange {
    const exchange = new HttpExchange({
      method: this.#method,
      url: this.#request.auth === "digest" ? this.#target.url.withoutUser() : this.#target.url,
      request: this.requestHead,
      head,
      failure,
      body,
      timings: computeTimings(this.stamps, endMs),
      connection: this.#lastConnection?.info,
      bytesSent: this.#bytesSent,
      bytesReceived: this.#bytesReceived,
      startedAtMs: this.stamps.getConnection,
      endedAtMs: endMs,
    });
    this.#exchanges.push(exchange);
    return exchange;
  }

  /** The final answer: its body decoded, its cookies kept. */
  #keepAnswer(head: ResponseHead, body: Buffer, endMs: number): Failure | undefined {
    let kept: Buffer | undefined;
    let failure: Failure | undefined;
    if (this.#request.discardBody !== true && allowsBody(head.status)) {
      kept = body;
      if (head.contentEncoding !== "") ({ body: kept, failure } = decodeBody(body, head.contentEncoding));
    }
    this.#exchange(head, endMs, failure, kept);
    if (failure === undefined) {
      if (this.#hopCount > 0 || this.#request.auth === "digest") {
        this.#resultUrl = this.#exchanges.at(-1)!.url.href;
      } else {
        this.#resultUrl = this.#target.url.href;
      }
      if (head.hasCookies) this.#storeCookies(head);
    }
    return failure;
  }

  #storeCookies(head: ResponseHead): void {
    this.#request.jar?.store(this.#target.url, parseSetCookies(allHeaders(head.headers, "set-cookie")));
  }

  /** A hop that the transport refuses to send; k6 counts it all the same. */
  #hopRefused(failure: Failure, nowMs: number): void {
    this.stamps.restart(nowMs);
    if (this.requestHead === undefined) this.requestHead = this.#describeHead(0);
    this.#hopFailed(failure, nowMs);
  }

  #hopFailed(failure: Failure, endMs: number, partial?: PartialAnswer): void {
    let kept: Buffer | undefined;
    if (partial !== undefined && this.#request.discardBody !== true) {
      kept = decodeBody(partial.body, partial.head.contentEncoding).body;
    }
    this.#exchange(partial?.head, endMs, failure, kept);
    this.#finish(failure, failure.bare ? failure.text : this.#explain(failure));
  }

  /** Go's `url.Error`: the first method, the URL of the hop, the reason. */
  #explain(failure: Failure): string {
    const method = this.#request.method === "" ? "GET" : this.#request.method;
    const operation = /[^\x00-\x7f]/.test(method) ? method : method[0]! + method.slice(1).toLowerCase();
    const url =
      this.#request.auth === "digest" ? this.#target.url.hrefWithoutUser : this.#target.url.hrefWithoutPassword;
    return `${operation} ${quote(url)}: ${failure.text}`;
  }

  /** @returns Whether there is more to come, or the redirect failed. */
  #followRedirect(head: ResponseHead, body: Buffer, endMs: number): boolean {
    const previous = this.#request.auth === "digest" ? this.#target.url.withoutUser() : this.#target.url;
    let next: GoUrl;
    let target: Target;
    try {
      next = previous.resolve(head.location);
      target = this.#session.client.target(next);
    } catch (error) {
      if (!(error instanceof UrlError)) throw error;
      const failure = genericFailure(`failed to parse Location header ${quote(head.location)}: ${error.message}`);
      this.#exchange(head, endMs, failure);
      this.#finish(failure, this.#explain(failure));
      return true;
    }
    const requestCount = this.#hopCount + 1;
    if (head.hasCookies) this.#storeCookies(head);
    this.#resultUrl = next.href;
    if (requestCount > this.#request.redirectsMax) {
      const failure = this.#keepAnswer(head, body, endMs);
      this.#finish(failure, failure?.text ?? "", requestCount);
      return true;
    }
    this.#exchange(head, endMs, undefined);
    this.#turnTo(target, head, previous);
    this.#hop(performance.now());
    return true;
  }

  /** Method, body and headers of the next hop, as Go's client decides. */
  #turnTo(target: Target, head: ResponseHead, previous: GoUrl): void {
    const keepsBody = head.status === 307 || head.status === 308;
    if (!keepsBody) {
      if (this.#method !== "GET" && this.#method !== "HEAD") this.#method = "GET";
      this.wireBody = undefined;
      this.#hasBody = false;
    }
    const isRelative = !/^[A-Za-z][A-Za-z0-9+.-]*:/.test(head.location);
    if (!isRelative || this.#host === previous.host) this.#host = "";
    const first = this.#exchanges[0]!.url;
    if (first.host !== target.url.host && !isSameDomain(target.url.hostname, first.hostname)) {
      this.#stripsSensitive = true;
    }
    const referer = lastHeader(this.#headers, "referer");
    let headers: HeaderList = withoutHeaders(this.#headers, (name) => {
      if (name === "Cookie" || name === "Host" || name === "Referer") return true;
      if (this.#stripsSensitive && isSensitive(name)) return true;
      return !keepsBody && describesBody(name);
    });
    if (!(previous.scheme === "https" && target.url.scheme === "http")) {
      const came = this.#hopCount === 0 && referer !== undefined ? referer : previous.hrefWithoutUser;
      headers = withHeader(headers, "Referer", came);
    }
    this.#headers = headers;
    this.#headersSource = undefined;
    this.#target = target;
    this.#hopCount++;
    this.#authorization = undefined;
    this.#cookie = cookieHeader(target.url, this.#request.jar, this.#request.cookies);
    if (this.#request.auth === "digest") {
      this.#auth = Auth.DigestAsked;
    } else if (this.#request.auth === "ntlm") {
      this.#auth = target.authorization === "" ? Auth.None : Auth.NtlmAnonymous;
      if (this.#auth !== Auth.None) this.#authorization = "";
    }
  }

  // ---- authentication

  /** Answers a refusal, if the authentication has an answer. @returns Whether there is more to come. */
  #answerChallenge(head: ResponseHead, body: Buffer, endMs: number): boolean {
    if (head.status !== 401) {
      this.#auth = Auth.None;
      return false;
    }
    const challenges = allHeaders(head.headers, "www-authenticate");
    let failure: Failure | undefined;
    let authorization: string | undefined;
    try {
      authorization = this.#nextAuthorization(challenges, body);
    } catch (error) {
      failure = genericFailure(error instanceof Error ? error.message : String(error));
    }
    if (failure !== undefined) {
      this.#exchange(head, endMs, failure);
      this.#finish(failure, this.#explain(failure));
      return true;
    }
    if (authorization === undefined) {
      this.#auth = Auth.None;
      return false;
    }
    this.#authorization = authorization;
    this.#exchange(head, endMs, undefined);
    this.#hop(performance.now());
    return true;
  }

  #nextAuthorization(challenges: readonly string[], body: Buffer): string | undefined {
    const user = this.#target.url.user ?? { username: "", password: "" };
    const credentials = { username: user.username, password: user.password ?? "" };
    switch (this.#auth) {
      case Auth.DigestAsked: {
        this.#auth = Auth.Done;
        const uri = this.#target.requestUri;
        return digestAuthorization(challenges, { method: this.#method, uri, body, ...credentials });
      }
      case Auth.NtlmAnonymous: {
        const scheme = ntlmScheme(challenges);
        if (scheme !== undefined) {
          this.#auth = Auth.NtlmNegotiated;
          return `${scheme} ${negotiateMessage(credentials).toString("base64")}`;
        }
        this.#auth = Auth.Done;
        return challenges.some((each) => /^\s*basic\b/i.test(each)) ? this.#target.authorization : undefined;
      }
      case Auth.NtlmNegotiated: {
        this.#auth = Auth.Done;
        const scheme = ntlmScheme(challenges);
        const token = ntlmToken(challenges);
        if (scheme === undefined || token === undefined) return undefined;
        return `${scheme} ${authenticateMessage(token, credentials).toString("base64")}`;
      }
      default:
        return undefined;
    }
  }

  // ---- the end

  #finish(failure: Failure | undefined, errorText: string, redirectsStoppedAfter = 0): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearDeadline(this);
    this.#session.ended(this);
    const result: HttpResult = {
      exchanges: this.#exchanges,
      failure,
      errorText,
      url: this.#resultUrl,
      redirectsStoppedAfter,
    };
    if (this.#isStarting) setImmediate(this.#onDone, result);
    else this.#onDone(result);
  }
}

function bodyBytesOf(body: WireBody | undefined, hasBody: boolean): number {
  if (!hasBody || body === undefined) return 0;
  const bytes = typeof body === "string" ? Buffer.byteLength(body) : body.length;
  return bytes === 0 ? -1 : bytes;
}

function isRedirect(head: ResponseHead): boolean {
  switch (head.status) {
    case 301:
    case 302:
    case 303:
    case 307:
    case 308:
      return head.location !== "";
    default:
      return false;
  }
}

/** Whether credentials may go along: to the same host or one below it. */
function isSameDomain(host: string, parent: string): boolean {
  if (host === parent) return true;
  return !host.includes(":") && !host.includes("%") && host.endsWith(`.${parent}`);
}

function isSensitive(name: string): boolean {
  switch (name) {
    case "Authorization":
    case "Www-Authenticate":
    case "Cookie":
    case "Cookie2":
    case "Proxy-Authorization":
    case "Proxy-Authenticate":
      return true;
    default:
      return false;
  }
}

function describesBody(name: string): boolean {
  switch (name) {
    case "Content-Encoding":
    case "Content-Language":
    case "Content-Location":
    case "Content-Type":
      return true;
    default:
      return false;
  }
}
