/**
 * Where a test may not go, and how fast it may: `blacklistIPs`, `blockHostnames`, `rps`.
 *
 * Patterns are k6's: a host name, or one that begins with `*` and then matches every name with that ending; of several
 * that match, an exact one wins, then the longest. `HostPatterns` also serves the option `hosts`.
 *
 * Behaviour: k6 docs, options, "Blacklist IPs", "Block hostnames", "RPS".
 */
import { blockedHostnameFailure, blockedIpFailure, type Failure } from "./error-codes.ts";
import { isIP, isIPv4 } from "../base/ip.ts";

/** Patterns of host names with a value each; lookups ignore case. */
export class HostPatterns<T> {
  readonly #exact = new Map<string, T>();
  /** What follows the `*`, longest first, so that the first that fits is the closest. */
  readonly #endings: { ending: string; value: T }[] = [];

  constructor(entries: Iterable<readonly [pattern: string, value: T]>) {
    for (const [pattern, value] of entries) {
      const lower = pattern.toLowerCase();
      if (lower.startsWith("*")) this.#endings.push({ ending: lower.slice(1), value });
      else this.#exact.set(lower, value);
    }
    this.#endings.sort((a, b) => b.ending.length - a.ending.length);
  }

  get isEmpty(): boolean {
    return this.#exact.size === 0 && this.#endings.length === 0;
  }

  match(host: string): { pattern: string; value: T } | undefined {
    const lower = host.toLowerCase();
    const exact = this.#exact.get(lower);
    if (exact !== undefined) return { pattern: lower, value: exact };
    for (const { ending, value } of this.#endings) {
      if (lower.endsWith(ending)) return { pattern: `*${ending}`, value };
    }
    return undefined;
  }
}

const HOST_PATTERN =
  /^(\*\.?)?((([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])\.)*([A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9]))?$/;

/** Whether `blockHostnames` takes this pattern; `hosts` allows `:port` after it. */
export function isHostPattern(pattern: string, withPort = false): boolean {
  return HOST_PATTERN.test(withPort ? pattern.replace(/:[0-9]{1,5}$/, "") : pattern);
}

interface IpRange {
  bytes: Uint8Array;
  prefixBits: number;
  /** As Go prints it: the network's first address and the prefix. */
  text: string;
}

/**
 * The refusals of one test: addresses and names.
 *
 * @throws {RangeError} If a range is no CIDR or a pattern is no host pattern; options are checked before they get here.
 */
export class Guards {
  readonly #ranges: IpRange[];
  readonly #names: HostPatterns<true>;

  constructor(lists: { blacklistIPs?: readonly string[]; blockHostnames?: readonly string[] } = {}) {
    this.#ranges = (lists.blacklistIPs ?? []).map(parseCidr);
    for (const pattern of lists.blockHostnames ?? []) {
      if (!isHostPattern(pattern)) throw new RangeError(`invalid hostname pattern '${pattern}'`);
    }
    this.#names = new HostPatterns((lists.blockHostnames ?? []).map((pattern) => [pattern, true] as const));
  }

  /** Refuses a host name; addresses are never refused here. */
  refuseHost(hostname: string): Failure | undefined {
    if (this.#names.isEmpty || isIP(hostname) !== 0) return undefined;
    const found = this.#names.match(hostname);
    return found && blockedHostnameFailure({ hostname, pattern: found.pattern });
  }

  /** Refuses an address, however it was found. */
  refuseIp(ip: string): Failure | undefined {
    if (this.#ranges.length === 0) return undefined;
    const bytes = ipBytes(ip);
    if (bytes === undefined) return undefined;
    for (const range of this.#ranges) {
      if (contains(range, bytes)) return blockedIpFailure({ ip, range: range.text });
    }
    return undefined;
  }
}

function contains(range: IpRange, ip: Uint8Array): boolean {
  if (ip.length !== range.bytes.length) return false;
  const whole = range.prefixBits >> 3;
  for (let i = 0; i < whole; i++) if (ip[i] !== range.bytes[i]) return false;
  const rest = range.prefixBits & 7;
  if (rest === 0) return true;
  const mask = 0xff00 >> rest;
  return ((ip[whole]! ^ range.bytes[whole]!) & mask & 0xff) === 0;
}

/** Reads `10.0.0.0/8`; host bits are cleared, as Go does. */
export function parseCidr(text: string): IpRange {
  const slash = text.lastIndexOf("/");
  const bytes = slash < 0 ? undefined : ipBytes(text.slice(0, slash), false);
  const digits = text.slice(slash + 1);
  const prefixBits = Number(digits);
  if (bytes === undefined || !/^[0-9]{1,3}$/.test(digits) || prefixBits > bytes.length * 8) {
    throw new RangeError(`invalid CIDR address: ${text}`);
  }
  for (let bit = prefixBits; bit < bytes.length * 8; bit++) bytes[bit >> 3]! &= ~(0x80 >> (bit & 7));
  return { bytes, prefixBits, text: `${formatIp(bytes)}/${prefixBits}` };
}

/** The 4 or 16 bytes of an address; an IPv4 address inside an IPv6 one counts as IPv4. `undefined` if it is none. */
export function ipBytes(ip: string, unmap = true): Uint8Array | undefined {
  if (isIPv4(ip)) return Uint8Array.from(ip.split("."), Number);
  if (isIP(ip) !== 6) return undefined;
  let text = ip.split("%")[0]!;
  const dotted = /(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (dotted) {
    const b = dotted[2]!.split(".").map(Number);
    text = `${dotted[1]}${((b[0]! << 8) | b[1]!).toString(16)}:${((b[2]! << 8) | b[3]!).toString(16)}`;
  }
  const [head, tail] = text.split("::");
  const left = head ? head.split(":") : [];
  const right = tail ? tail.split(":") : [];
  const groups = tail === undefined ? left : [...left, ...Array(8 - left.length - right.length).fill("0"), ...right];
  const bytes = new Uint8Array(16);
  groups.forEach((group, i) => {
    const value = Number.parseInt(group, 16);
    bytes[2 * i] = value >> 8;
    bytes[2 * i + 1] = value & 0xff;
  });
  const mapped = bytes[10] === 0xff && bytes[11] === 0xff && bytes.subarray(0, 10).every((byte) => byte === 0);
  return unmap && mapped ? bytes.slice(12) : bytes;
}

/** An address as Go prints it: the longest run of zero groups (two or more) becomes `::`. */
export function formatIp(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  const groups = Array.from({ length: 8 }, (_, i) => (bytes[2 * i]! << 8) | bytes[2 * i + 1]!);
  let best = -1;
  let bestLength = 1;
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && groups[end] === 0) end++;
    if (end - i > bestLength) [best, bestLength] = [i, end - i];
  }
  const hex = (part: number[]) => part.map((group) => group.toString(16)).join(":");
  return best < 0 ? hex(groups) : `${hex(groups.slice(0, best))}::${hex(groups.slice(best + bestLength))}`;
}

/**
 * The option `rps`: at most so many requests a second, evenly spaced, with no burst after a pause.
 *
 * Arithmetic only: the caller waits. Threads share the limit by each taking its part of it.
 */
export class RpsLimiter {
  readonly #spacingMs: number;
  #nextMs = 0;

  constructor(ratePerSecond: number) {
    this.#spacingMs = 1_000 / ratePerSecond;
  }

  /** Takes the next free place. @returns Milliseconds to wait from `nowMs`, 0 if the request may go now. */
  reserve(nowMs: number): number {
    const at = Math.max(this.#nextMs, nowMs);
    this.#nextMs = at + this.#spacingMs;
    return at - nowMs;
  }
}
