/**
 * The network as the options of the test shape it, for the modules of one thread: names and addresses, what is refused,
 * TLS, proxies, and the cookie jar of each VU.
 *
 * Made when a module first asks, so that a script without a network pays nothing; the options are known by then.
 */
import type { CookieJar } from "../net/cookies.ts";
import { MemoryCookieJar } from "../net/cookies.ts";
import { type DnsConfig, Resolver } from "../net/dns.ts";
import { Guards } from "../net/guards.ts";
import { type Environment, ProxyRules } from "../net/proxy.ts";
import { TlsClient, type TlsSettings } from "../net/tls.ts";
import type { OpenWebSocket } from "../net/websocket.ts";
import { webSocketOpener } from "../net/websocket-open.ts";
import { LocalIps } from "../net/local-ips.ts";
import { DEFAULT_DNS } from "../options/schema.ts";
import { parseDnsTtl } from "../options/text-values.ts";
import type { VuRuntime } from "./runtime.ts";
import type { Vu } from "./vu.ts";

export { webSocketsReady } from "../net/websocket-open.ts";

export class Network {
  readonly environment: Environment;
  readonly guards: Guards;
  readonly resolver: Resolver;
  readonly tls: TlsClient;
  readonly proxies: ProxyRules;
  readonly openWebSocket: OpenWebSocket;
  /** What the parts were made from, as plain data. */
  readonly settings: { tls: TlsSettings; dns: DnsConfig };
  readonly #localIps: LocalIps | undefined;

  constructor(runtime: VuRuntime) {
    const { options, environment } = runtime;
    const { ttl, select, policy } = { ...DEFAULT_DNS, ...options.dns };
    const tls: TlsSettings = { environment };
    if (options.insecureSkipTLSVerify !== undefined) tls.insecureSkipTLSVerify = options.insecureSkipTLSVerify;
    if (options.tlsVersion !== undefined) tls.tlsVersion = options.tlsVersion;
    if (options.tlsCipherSuites !== undefined) tls.tlsCipherSuites = options.tlsCipherSuites;
    if (options.tlsAuth !== undefined) tls.tlsAuth = options.tlsAuth;
    this.environment = environment;
    const dns: DnsConfig = { ttlMs: parseDnsTtl(ttl), select, policy };
    this.settings = { tls, dns };
    this.#localIps = options.localIPs === undefined ? undefined : new LocalIps(options.localIPs);
    this.guards = new Guards(options);
    this.resolver = new Resolver({
      dns,
      guards: this.guards,
      ...(options.hosts === undefined ? {} : { hosts: options.hosts }),
    });
    this.tls = new TlsClient(tls);
    this.proxies = new ProxyRules(environment);
    this.openWebSocket = webSocketOpener(runtime.webSocketTransport);
  }

  /** The address that a VU connects from (option `localIPs`); undefined leaves it to the system. */
  localIpOf(vu: Vu): string | undefined {
    return this.#localIps?.at(Math.max(0, vu.idInInstance - 1));
  }
}

const networks = new WeakMap<VuRuntime, Network>();

export function networkOf(runtime: VuRuntime): Network {
  let network = networks.get(runtime);
  if (network === undefined) networks.set(runtime, (network = new Network(runtime)));
  return network;
}

const JAR = {};
const newJar = () => new MemoryCookieJar();

/** The cookies of a VU: forgotten after each iteration, unless the option `noCookiesReset` keeps them. */
export const cookieJarOf = (vu: Vu): MemoryCookieJar =>
  vu.runtime.options.noCookiesReset ? vu.slot(JAR, newJar) : vu.iterationSlot(JAR, newJar);

/** The cookies of a VU if it has any; most VUs never do, and a jar for each would be memory for nothing. */
export const madeCookieJarOf = (vu: Vu): MemoryCookieJar | undefined =>
  vu.runtime.options.noCookiesReset ? vu.slot(JAR, newJar) : vu.madeIterationSlot(JAR);

/** The jar behind an object of the script that `http.CookieJar` or `http.cookieJar()` made; undefined for other values. */
export function jarBehind(runtime: VuRuntime, object: unknown): CookieJar | undefined {
  const state = runtime.rt.stateOf(object);
  return state instanceof MemoryCookieJar ? state : undefined;
}
