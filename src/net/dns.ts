/**
 * From the host of a URL to the address to dial: blocked names, option `hosts`, literal addresses, then the system's resolver.
 *
 * Answers that need no lookup are given at once, inside the call, because on a warm connection pool nothing else is on the
 * path; the others arrive later. Lookups of one name that run side by side are one lookup. The cache lives as long as the
 * option `dns.ttl` says, whatever the record's own ttl is.
 *
 * Behaviour: k6 docs, options, "DNS" and "Hosts".
 */
import { readFileSync } from "node:fs";
import process from "node:process";
import {
  type Failure,
  genericFailure,
  invalidPortFailure,
  joinHostPort,
  lookupFailure,
  noSuchHostFailure,
} from "./error-codes.ts";
import { Guards, HostPatterns } from "./guards.ts";
import { isIP, isIPv4 } from "../base/ip.ts";

export type DnsSelect = "first" | "roundRobin" | "random";
export type DnsPolicy = "preferIPv4" | "preferIPv6" | "onlyIPv4" | "onlyIPv6" | "any";

export interface DnsConfig {
  /** How long an answer is kept; 0 never, `Infinity` for ever. k6's default is five minutes. */
  ttlMs: number;
  select: DnsSelect;
  policy: DnsPolicy;
}

export const DEFAULT_DNS: DnsConfig = { ttlMs: 300_000, select: "random", policy: "preferIPv4" };

export interface Address {
  /** IPv6 without brackets. */
  ip: string;
  port: number;
}

export interface ResolverConfig {
  dns?: DnsConfig;
  /** Option `hosts`: `name`, `name:port`, or either with a leading `*`, to `ip` or `ip:port`. */
  hosts?: Readonly<Record<string, string>>;
  guards?: Guards;
  /** Monotonic milliseconds. */
  nowMs?: () => number;
  /** 0 up to but not including 1, for `select: "random"`. */
  random?: () => number;
  /** Asks the system; replaced in tests. */
  lookupAll?: LookupAll;
}

export type LookupAll = (host: string, done: (error: unknown, ips: readonly string[]) => void) => void;

export interface Resolution {
  failure?: Failure;
  /** Set if `failure` is not. */
  address?: Address;
}

export type Resolved = (failure: Failure | undefined, address: Address | undefined) => void;

interface CacheEntry {
  ips: readonly string[];
  untilMs: number;
}

/** Resolves hosts for one thread; shared by its VUs, as their cache and round robin are. */
export class Resolver {
  readonly #dns: DnsConfig;
  readonly #guards: Guards;
  readonly #hosts: HostPatterns<HostTarget>;
  readonly #nowMs: () => number;
  readonly #random: () => number;
  readonly #lookupAll: LookupAll;
  readonly #cache = new Map<string, CacheEntry>();
  readonly #turns = new Map<string, number>();
  readonly #waiting = new Map<string, ((error: unknown, ips: readonly string[]) => void)[]>();

  constructor(config: ResolverConfig = {}) {
    this.#dns = config.dns ?? DEFAULT_DNS;
    this.#guards = config.guards ?? new Guards();
    this.#hosts = new HostPatterns(Object.entries(config.hosts ?? {}).map(([k, v]) => [k, parseTarget(v)] as const));
    this.#nowMs = config.nowMs ?? (() => performance.now());
    this.#random = config.random ?? Math.random;
    this.#lookupAll = config.lookupAll ?? systemLookup;
  }

  /**
   * Tells where to connect for `host:port`.
   *
   * @param host Name or address as the URL has it, IPv6 without brackets.
   * @param done Called once: before this method returns if no lookup is needed, else later.
   */
  resolve(host: string, port: number, done: Resolved): void {
    const now = this.resolveNow(host, port);
    if (now) {
      done(now.failure, now.address);
      return;
    }
    this.#lookup(host, (error, ips) => {
      const found = error ? { failure: lookupFailure(host, error, nameServer()) } : this.#choose(host, ips, port);
      done(found.failure, found.address);
    });
  }

  /** The answer, if it needs no lookup. */
  resolveNow(host: string, port: number): Resolution | undefined {
    const failure = this.#guards.refuseHost(host);
    if (failure) return { failure };

    const target = this.#configured(host, port);
    if (target) return this.#guarded(target.ip, target.port === 0 ? port : target.port);
    if (isIP(host) !== 0) return this.#guarded(host, port);
    // to some resolvers this is a name like any other
    if (host === "") return { failure: noSuchHostFailure(host) };

    const cached = this.#cache.get(host);
    return cached && this.#nowMs() < cached.untilMs ? this.#choose(host, cached.ips, port) : undefined;
  }

  #configured(host: string, port: number): HostTarget | undefined {
    if (this.#hosts.isEmpty) return undefined;
    return (this.#hosts.match(joinHostPort(host, port)) ?? this.#hosts.match(host))?.value;
  }

  #lookup(host: string, done: (error: unknown, ips: readonly string[]) => void): void {
    const waiting = this.#waiting.get(host);
    if (waiting) {
      waiting.push(done);
      return;
    }
    const all = [done];
    this.#waiting.set(host, all);
    this.#lookupAll(host, (error, found) => {
      this.#waiting.delete(host);
      const ips = error ? [] : applyPolicy(found, this.#dns.policy);
      if (!error && this.#dns.ttlMs > 0) this.#cache.set(host, { ips, untilMs: this.#nowMs() + this.#dns.ttlMs });
      for (const each of all) each(error, ips);
    });
  }

  #choose(host: string, ips: readonly string[], port: number): Resolution {
    if (ips.length === 0) return { failure: genericFailure(`lookup ${host}: no such host`) };
    let index = 0;
    if (this.#dns.select === "roundRobin") {
      const turn = this.#turns.get(host) ?? 0;
      this.#turns.set(host, turn + 1);
      index = turn % ips.length;
    } else if (this.#dns.select === "random" && ips.length > 1) {
      index = Math.floor(this.#random() * ips.length);
    }
    return this.#guarded(ips[index]!, port);
  }

  #guarded(ip: string, port: number): Resolution {
    const failure = this.#guards.refuseIp(ip) ?? (port > 65_535 ? invalidPortFailure(port) : undefined);
    return failure ? { failure } : { address: { ip, port } };
  }
}

interface HostTarget {
  ip: string;
  /** 0: the port of the request. */
  port: number;
}

function parseTarget(text: string): HostTarget {
  if (isIP(text) !== 0) return { ip: text, port: 0 };
  const found = /^(?:\[([^\]]+)\]|([^:]+)):([0-9]{1,5})$/.exec(text);
  const ip = found?.[1] ?? found?.[2] ?? "";
  if (isIP(ip) === 0) throw new RangeError(`"${text}" is no IP address, nor one with a port`);
  return { ip, port: Number(found![3]) };
}

/** Keeps the addresses that the policy allows, in their order. */
export function applyPolicy(ips: readonly string[], policy: DnsPolicy): readonly string[] {
  if (policy === "any") return ips;
  const wanted4 = policy.endsWith("IPv4");
  const preferred = ips.filter((ip) => isIPv4(ip) === wanted4);
  if (preferred.length > 0 || policy.startsWith("only")) return preferred;
  return ips;
}

const systemLookup: LookupAll = (host, done) => {
  process.getBuiltinModule("node:dns").lookup(host, { all: true }, (error, found) => {
    done(error, error ? [] : found.map((each) => each.address));
  });
};

let knownNameServer: string | undefined;

/** The first name server of /etc/resolv.conf as `ip:port`, because Go's texts name it; empty where there is none. */
function nameServer(): string {
  if (knownNameServer !== undefined) return knownNameServer;
  let text = "";
  try {
    text = readFileSync("/etc/resolv.conf", "utf8");
  } catch {
    text = ""; // No such file on this system: the text then names no server.
  }
  const found = /^\s*nameserver\s+(\S+)/m.exec(text)?.[1];
  knownNameServer = found === undefined ? "" : joinHostPort(found, 53);
  return knownNameServer;
}
