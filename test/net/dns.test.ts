import { describe, expect, test } from "bun:test";
import { applyPolicy, type DnsConfig, type Resolution, Resolver, type ResolverConfig } from "../../src/net/dns.ts";
import { formatIp, Guards, HostPatterns, ipBytes, parseCidr, RpsLimiter } from "../../src/net/guards.ts";

const dns = (parts: Partial<DnsConfig> = {}): DnsConfig => ({
  ttlMs: 1_000,
  select: "first",
  policy: "preferIPv4",
  ...parts,
});

function resolverWith(answers: Record<string, readonly string[] | Error>, config: ResolverConfig = {}) {
  const asked: string[] = [];
  let nowMs = 0;
  const resolver = new Resolver({
    dns: dns(),
    nowMs: () => nowMs,
    lookupAll: (host, done) => {
      asked.push(host);
      const answer = answers[host] ?? [];
      queueMicrotask(() => (answer instanceof Error ? done(answer, []) : done(undefined, answer)));
    },
    ...config,
  });
  const resolve = (host: string, port = 80) =>
    new Promise<Resolution>((done) =>
      resolver.resolve(host, port, (failure, address) => done(failure ? { failure } : { address })),
    );
  return { resolve, asked, resolver, pass: (ms: number) => (nowMs += ms) };
}

describe("Resolver", () => {
  test("addresses are answered at once, within the call", () => {
    const { resolver } = resolverWith({});
    expect(resolver.resolveNow("127.0.0.1", 80)).toEqual({ address: { ip: "127.0.0.1", port: 80 } });
    expect(resolver.resolveNow("::1", 80)).toEqual({ address: { ip: "::1", port: 80 } });
    expect(resolver.resolveNow("name.test", 80)).toBeUndefined();
  });

  test("an empty name is not looked up", () => {
    const resolver = new Resolver({ lookupAll: () => expect.unreachable() });
    expect(resolver.resolveNow("", 80)?.failure).toEqual({
      errorCode: 1101,
      error: "lookup: no such host",
      text: "lookup : no such host",
    });
  });

  test("hosts: the name with its port before the name, exact before wildcard, the longest wildcard first", async () => {
    const hosts = {
      "a.test": "10.0.0.1",
      "a.test:81": "10.0.0.2:8081",
      "*.test": "10.0.0.3",
      "*.b.test": "10.0.0.4:99",
      "six.test": "::1",
      "seven.test": "[::1]:7",
    };
    const { resolve, asked } = resolverWith({}, { hosts });
    expect((await resolve("a.test", 80)).address).toEqual({ ip: "10.0.0.1", port: 80 });
    expect((await resolve("A.test", 81)).address).toEqual({ ip: "10.0.0.2", port: 8081 });
    expect((await resolve("x.test", 82)).address).toEqual({ ip: "10.0.0.3", port: 82 });
    expect((await resolve("x.b.test", 82)).address).toEqual({ ip: "10.0.0.4", port: 99 });
    expect((await resolve("six.test", 6)).address).toEqual({ ip: "::1", port: 6 });
    expect((await resolve("seven.test", 6)).address).toEqual({ ip: "::1", port: 7 });
    expect(asked).toEqual([]);
  });

  test("answers are kept for the ttl; lookups of one name at a time are one", async () => {
    const { resolve, asked, pass } = resolverWith({ "a.test": ["10.0.0.1"] });
    await Promise.all([resolve("a.test"), resolve("a.test"), resolve("a.test")]);
    pass(999);
    await resolve("a.test");
    expect(asked).toEqual(["a.test"]);
    pass(1);
    await resolve("a.test");
    expect(asked).toEqual(["a.test", "a.test"]);
    const fresh = resolverWith({ "a.test": ["10.0.0.1"] }, { dns: dns({ ttlMs: 0 }) });
    await fresh.resolve("a.test");
    await fresh.resolve("a.test");
    expect(fresh.asked.length).toBe(2);
  });

  test("select: first, roundRobin, random", async () => {
    const ips = ["10.0.0.1", "10.0.0.2", "10.0.0.3"];
    const take = async (config: ResolverConfig) => {
      const { resolve } = resolverWith({ "a.test": ips }, config);
      const taken: string[] = [];
      for (let i = 0; i < 4; i++) taken.push((await resolve("a.test")).address!.ip.slice(-1));
      return taken.join("");
    };
    expect(await take({ dns: dns({ select: "first" }) })).toBe("1111");
    expect(await take({ dns: dns({ select: "roundRobin" }) })).toBe("1231");
    const rolls = [0.99, 0, 0.5, 0.34];
    expect(await take({ dns: dns({ select: "random" }), random: () => rolls.shift()! })).toBe("3122");
  });

  test("failures: no such host, a name server that fails, an answer that the policy empties", async () => {
    const missing = Object.assign(new Error("getaddrinfo ENOTFOUND nope.invalid"), { code: "ENOTFOUND" });
    const broken = Object.assign(new Error("getaddrinfo EAI_AGAIN x.invalid"), { code: "EAI_AGAIN" });
    const { resolve } = resolverWith(
      { "nope.invalid": missing, "x.invalid": broken, "v6.test": ["::1"] },
      { dns: dns({ policy: "onlyIPv4" }) },
    );
    const failure = (await resolve("nope.invalid")).failure!;
    expect([failure.errorCode, failure.error]).toEqual([1101, "lookup: no such host"]);
    expect(failure.text).toMatch(/^lookup nope\.invalid( on \S+:53)?: no such host$/);
    const other = (await resolve("x.invalid")).failure!;
    expect(other.errorCode).toBe(1100);
    expect(other.text).toMatch(/^lookup x\.invalid( on \S+:53)?: server misbehaving$/);
    expect((await resolve("v6.test")).failure).toEqual({
      errorCode: 1000,
      error: "lookup v6.test: no such host",
      text: "lookup v6.test: no such host",
    });
  });

  test("guards: names before the lookup, addresses after it", async () => {
    const guards = new Guards({ blockHostnames: ["*.blocked.test"], blacklistIPs: ["10.0.0.0/8"] });
    const { resolve, asked } = resolverWith(
      { "a.test": ["10.1.2.3"] },
      { guards, hosts: { "x.blocked.test": "127.0.0.1" } },
    );
    expect((await resolve("x.blocked.test")).failure!.errorCode).toBe(1111);
    expect((await resolve("a.test")).failure!.text).toBe("IP (10.1.2.3) is in a blacklisted range (10.0.0.0/8)");
    expect(asked).toEqual(["a.test"]);
  });
});

test("applyPolicy keeps, prefers or insists", () => {
  const both = ["::1", "10.0.0.1"];
  expect(applyPolicy(both, "preferIPv4")).toEqual(["10.0.0.1"]);
  expect(applyPolicy(both, "preferIPv6")).toEqual(["::1"]);
  expect(applyPolicy(["::1"], "preferIPv4")).toEqual(["::1"]);
  expect(applyPolicy(["::1"], "onlyIPv4")).toEqual([]);
  expect(applyPolicy(both, "any")).toEqual(both);
});

describe("Guards", () => {
  test.each([
    ["10.0.0.0/8", "10.255.0.1", true],
    ["10.0.0.0/8", "11.0.0.1", false],
    ["10.1.2.3/32", "10.1.2.3", true],
    ["10.1.2.128/25", "10.1.2.127", false],
    ["::1/128", "::1", true],
    ["fe80::/10", "febf::1", true],
    ["fe80::/10", "fec0::1", false],
    ["0.0.0.0/0", "8.8.8.8", true],
    ["10.0.0.0/8", "::ffff:10.0.0.1", true],
  ])("%s holds %s: %p", (range, ip, refused) => {
    expect(new Guards({ blacklistIPs: [range] }).refuseIp(ip) !== undefined).toBe(refused);
  });

  test("a range is named by its network", () => {
    expect(parseCidr("10.1.2.3/8").text).toBe("10.0.0.0/8");
    expect(parseCidr("2001:DB8::1/32").text).toBe("2001:db8::/32");
    for (const bad of ["10.0.0.0", "10.0.0.0/33", "x/8", "10.0.0.0/"])
      expect(() => parseCidr(bad)).toThrow("invalid CIDR address");
  });

  test("patterns of names", () => {
    const patterns = new HostPatterns([
      ["*.a.test", 1],
      ["x.a.test", 2],
      ["*", 3],
    ]);
    expect(patterns.match("X.A.test")).toEqual({ pattern: "x.a.test", value: 2 });
    expect(patterns.match("y.a.test")?.value).toBe(1);
    expect(patterns.match("other")?.value).toBe(3);
    expect(() => new Guards({ blockHostnames: ["a b"] })).toThrow("invalid hostname pattern 'a b'");
  });

  test("addresses as Go prints them", () => {
    expect(formatIp(ipBytes("2001:0db8:0:0:1:0:0:1")!)).toBe("2001:db8::1:0:0:1");
    expect(formatIp(ipBytes("0:0:0:0:0:0:0:0")!)).toBe("::");
    expect(formatIp(ipBytes("::ffff:1.2.3.4")!)).toBe("1.2.3.4");
    expect(ipBytes("nope")).toBeUndefined();
  });
});

test("RpsLimiter hands out evenly spaced places and saves none up", () => {
  const limiter = new RpsLimiter(10);
  expect([limiter.reserve(0), limiter.reserve(0), limiter.reserve(50)]).toEqual([0, 100, 150]);
  expect([limiter.reserve(5_000), limiter.reserve(5_000)]).toEqual([0, 100]);
});
