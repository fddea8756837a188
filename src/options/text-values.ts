/**
 * Values that are texts with a form of their own: whole numbers, IP ranges, host patterns, DNS settings, trend columns.
 *
 * Each reader throws a `ValueError` with k6's message, for its caller to wrap.
 *
 * Behaviour: k6 source, lib/types and lib/options.go; Go, strconv and net.
 */
import { DurationError, parseDuration, parseGoDuration } from "../base/duration.ts";
import { isIP, isIPv4, isIPv6 } from "../base/ip.ts";
import { quote } from "../base/quote.ts";
import { didYouMean } from "../base/typo.ts";
import type { StageConfig } from "./scenario-config.ts";
import { DEFAULT_DNS, type DnsOptions, SYSTEM_TAGS } from "./schema.ts";
import { SegmentError } from "./segment.ts";

/** What cannot be read; the message is k6's. */
export class ValueError extends Error {
  override readonly name = "ValueError";
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** Whether the user's text is to blame: the message is for people, not a stack trace of ours. */
export function isValueError(error: unknown): error is Error & { hint?: string } {
  return error instanceof ValueError || error instanceof DurationError || error instanceof SegmentError;
}

const INT64_MAX = 2n ** 63n - 1n;

/**
 * Reads a whole number.
 *
 * @param base 10, or 0 for a prefix that tells (0x, 0o, 0b, 0) and underscores, as flags take it.
 */
export function parseInteger(text: string, base: 0 | 10 = 10): number {
  const syntax = () => new ValueError(`strconv.ParseInt: parsing ${quote(text)}: invalid syntax`);
  const match =
    base === 10
      ? /^([+-]?)(\d+)$/.exec(text)
      : /^([+-]?)(0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO]?(?:_?[0-7])+|0|[1-9](?:_?\d)*)$/.exec(text);
  if (match === null) throw syntax();
  let digits = match[2]!.replaceAll("_", "");
  if (base === 0) digits = digits.replace(/^0(?=[0-7])/, "0o");
  const value = BigInt(digits);
  if (value > INT64_MAX + (match[1] === "-" ? 1n : 0n)) {
    throw new ValueError(`strconv.ParseInt: parsing ${quote(text)}: value out of range`);
  }
  return Number(value) * (match[1] === "-" && value !== 0n ? -1 : 1);
}

/** Reads what flags take for true and false. */
export function parseBool(text: string): boolean {
  if (/^(1|t|T|true|TRUE|True)$/.test(text)) return true;
  if (/^(0|f|F|false|FALSE|False)$/.test(text)) return false;
  throw new ValueError(`strconv.ParseBool: parsing ${quote(text)}: invalid syntax`);
}

/** Reads "10s:5"; either side may be missing. */
export function parseStage(text: string): StageConfig {
  const colon = text.indexOf(":");
  const duration = colon < 0 ? text : text.slice(0, colon);
  const target = colon < 0 ? "" : text.slice(colon + 1);
  return {
    ...(duration === "" ? {} : { duration: parseGoDuration(duration) }),
    ...(target === "" ? {} : { target: parseInteger(target) }),
  };
}

/** Reads "10.1.2.3/8"; returns it with the host part cleared, "10.0.0.0/8". */
export function parseCidr(text: string): string {
  const match = /^([^/]*)\/(\d{1,3})$/.exec(text);
  const address = match?.[1] ?? "";
  const bits = Number(match?.[2]);
  const width = isIPv4(address) ? 32 : isIPv6(address) && !address.includes("%") ? 128 : 0;
  if (width === 0 || bits > width) throw new ValueError(`invalid CIDR address: ${text}`);
  const hostBits = BigInt(width - bits);
  const network = (addressToBigInt(address) >> hostBits) << hostBits;
  return `${bigIntToAddress(network, width)}/${bits}`;
}

/** The same, wrapped as k6 wraps it in options and the environment. */
export function parseCidrOption(text: string): string {
  try {
    return parseCidr(text);
  } catch (error) {
    if (!isValueError(error)) throw error;
    throw new ValueError(`failed to parse CIDR '${text}': ${error.message}`);
  }
}

/** An IP address in the one form that k6 shows. */
export function canonicalAddress(address: string): string {
  return bigIntToAddress(addressToBigInt(address), isIPv4(address) ? 32 : 128);
}

/** The number of an IPv4 or IPv6 address. */
export function addressToBigInt(address: string): bigint {
  if (isIPv4(address)) return address.split(".").reduce((value, part) => value * 256n + BigInt(part), 0n);
  let text = address.replace(/%.*$/, "");
  const dotted = /(\d+\.\d+\.\d+\.\d+)$/.exec(text)?.[1];
  if (dotted !== undefined) {
    const low = addressToBigInt(dotted);
    text = `${text.slice(0, -dotted.length)}${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}`;
  }
  const [head, tail] = text.split("::") as [string, string | undefined];
  const groups = (part: string | undefined) => (part ? part.split(":") : []);
  const before = groups(head);
  const after = groups(tail);
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  const all = [...before, ...Array<string>(zeros).fill("0"), ...after];
  return all.reduce((value, group) => value * 0x10000n + BigInt(`0x${group}`), 0n);
}

/** The address of a number; IPv6 in the form of RFC 5952. */
export function bigIntToAddress(value: bigint, width: number): string {
  if (width === 32 || value >> 32n === 0xffffn) {
    return [24n, 16n, 8n, 0n].map((shift) => ((value >> shift) & 0xffn).toString()).join(".");
  }
  const groups = Array.from({ length: 8 }, (_, i) => ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16));
  let longest = { at: -1, length: 1 };
  for (let at = 0; at < 8; at++) {
    let length = 0;
    while (groups[at + length] === "0") length++;
    if (length > longest.length) longest = { at, length };
  }
  if (longest.at < 0) return groups.join(":");
  return `${groups.slice(0, longest.at).join(":")}::${groups.slice(longest.at + longest.length).join(":")}`;
}

const LABELS =
  "(([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])\\.)*([A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9])";
const HOSTNAME_PATTERN = new RegExp(`^(\\*\\.?)?(${LABELS})?$`);
const HOST_PATTERN = new RegExp(`^(\\*\\.?)?(${LABELS})?(:[0-9]{1,5})?$`);

/** Checks a pattern of `blockHostnames`. */
export function checkHostnamePattern(pattern: string): string {
  if (!HOSTNAME_PATTERN.test(pattern)) throw new ValueError(`invalid hostname pattern '${pattern.toLowerCase()}'`);
  return pattern;
}

/** Checks a key of `hosts`, a pattern with or without a port. */
export function checkHostPattern(pattern: string): string {
  if (!HOST_PATTERN.test(pattern)) throw new ValueError(`invalid host pattern '${pattern.toLowerCase()}'`);
  return pattern.toLowerCase();
}

/** Reads an address of `hosts`, with or without a port. `isAddress` tells if it is one: k6 takes anything. */
export function parseHostAddress(text: string): { address: string; isAddress: boolean } {
  const match = /^(?:\[([^\]]*)\]|([^:]*)):([^:]*)$/.exec(text);
  if (match === null) {
    return isIP(text) ? { address: canonicalAddress(text), isAddress: true } : { address: text, isAddress: false };
  }
  const host = match[1] ?? match[2]!;
  const port = match[3]!;
  if (!/^[+-]?\d+$/.test(port)) throw new ValueError(`strconv.Atoi: parsing ${quote(port)}: invalid syntax`);
  if (!isIP(host)) return { address: text, isAddress: false };
  const address = canonicalAddress(host);
  if (Number(port) === 0) return { address, isAddress: true };
  return {
    address: address.includes(":") ? `[${address}]:${Number(port)}` : `${address}:${Number(port)}`,
    isAddress: true,
  };
}

/** Checks `localIPs`: addresses, ranges ("10.0.0.1-10.0.0.9") and CIDRs, separated by commas. */
export function checkIpPool(text: string): string {
  for (const block of text.split(",")) {
    if (block.includes("-")) {
      const [first, last] = block.split(/-(.*)/s) as [string, string];
      if (!isIP(first) || !isIP(last)) throw new ValueError(`wrong IP range format: ${block}`);
      if (isIPv4(first) !== isIPv4(last)) throw new ValueError(`mixed IP range format: ${block}`);
      if (addressToBigInt(last) < addressToBigInt(first)) throw new ValueError(`negative IP range: ${block}`);
    } else if (block.includes("/")) {
      try {
        parseCidr(block);
      } catch (error) {
        if (!isValueError(error)) throw error;
        throw new ValueError(`parseCIDR() failed parsing ${block}: ${error.message}`);
      }
    } else if (!isIP(block)) {
      throw new ValueError(`${block} is not a valid IP, IP range or CIDR`);
    }
  }
  return text;
}

const DNS_SELECTS: readonly string[] = ["first", "random", "roundRobin"];
const DNS_POLICIES: readonly string[] = ["preferIPv4", "preferIPv6", "onlyIPv4", "onlyIPv6", "any"];

export function checkDnsSelect(text: string): DnsOptions["select"] {
  if (DNS_SELECTS.includes(text)) return text as DnsOptions["select"];
  throw new ValueError(`${text} does not belong to DNSSelect values`, didYouMean(text, DNS_SELECTS));
}

export function checkDnsPolicy(text: string): DnsOptions["policy"] {
  if (DNS_POLICIES.includes(text)) return text as DnsOptions["policy"];
  throw new ValueError(`${text} does not belong to DNSPolicy values`, didYouMean(text, DNS_POLICIES));
}

/** Reads "ttl=5m,select=random,policy=preferIPv4"; the default, spelled out, is the same as nothing. */
export function parseDns(text: string): DnsOptions {
  const { ttl, select, policy } = DEFAULT_DNS;
  const dns: DnsOptions = {};
  if (text === `ttl=${ttl},select=${select},policy=${policy}`) return dns;
  for (const pair of text.split(",")) {
    const [key, value] = pair.split(/=(.*)/s) as [string, string | undefined];
    if (!value) throw new ValueError(`no value for key ${pair}`);
    if (key === "ttl") dns.ttl = value;
    else if (key === "select") dns.select = checkDnsSelect(value);
    else if (key === "policy") dns.policy = checkDnsPolicy(value);
    else {
      const hint = didYouMean(key, ["ttl", "select", "policy"]);
      throw new ValueError(`unknown DNS configuration field: ${key}`, hint);
    }
  }
  return dns;
}

/**
 * How long an answer of DNS is kept.
 *
 * @returns Milliseconds: 0 for not at all, infinity for ever.
 */
export function parseDnsTtl(ttl: string): number {
  if (ttl === "inf") return Number.POSITIVE_INFINITY;
  if (ttl === "") return parseDuration(DEFAULT_DNS.ttl);
  try {
    const duration = parseDuration(ttl);
    if (duration >= 0) return duration;
  } catch (error) {
    if (!isValueError(error)) throw error;
  }
  throw new ValueError(`invalid DNS TTL: ${ttl}`, 'A TTL is "inf", "0" or a duration, like "5m".');
}

const TREND_COLUMNS: readonly string[] = ["avg", "min", "med", "max", "count"];

/** Checks a column of trends: avg, min, med, max, count or a percentile, p(99.9). */
export function checkTrendStat(stat: string): string {
  if (TREND_COLUMNS.includes(stat)) return stat;
  const percentile = /^p\((.*)\)$/s.exec(stat)?.[1];
  if (percentile === undefined) {
    const hint = didYouMean(stat, TREND_COLUMNS) ?? "Columns are avg, min, med, max, count and percentiles like p(95).";
    throw new ValueError(`invalid trend stat '${stat}', unknown format`, hint);
  }
  const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(percentile) ? Number(percentile) : Number.NaN;
  if (!(value >= 0 && value <= 100)) {
    throw new ValueError(`invalid percentile trend stat value '${stat}', provide a number between 0 and 100`);
  }
  return stat;
}

/** The known ones of a list of system tags, sorted; k6 drops the others without a word. */
export function selectSystemTags(names: readonly string[]): string[] {
  return SYSTEM_TAGS.filter((tag) => names.includes(tag)).sort();
}
