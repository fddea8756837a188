import { describe, expect, test } from "bun:test";
import { cookieHeader, MemoryCookieJar, parseExpires, parseSetCookies, type SetCookie } from "../../src/net/cookies.ts";
import { parseUrl } from "../../src/net/url.ts";

const cookie = (name: string, value: string, more: Partial<SetCookie> = {}): SetCookie => ({
  name,
  value,
  domain: "",
  path: "",
  secure: false,
  httpOnly: false,
  maxAgeSeconds: 0,
  expiresMs: undefined,
  ...more,
});
const shown = (jar: MemoryCookieJar, url: string) =>
  jar
    .cookiesFor(parseUrl(url))
    .map(({ name, value }) => `${name}=${value}`)
    .join(" ");

describe("parseSetCookies reads as Go does", () => {
  test("attributes, quotes, and what is left out", () => {
    const lines = [
      "a=1; Path=/x; HttpOnly; SECURE",
      "b=2; Max-Age=60; Domain=.d.test",
      "bad",
      'e="quoted"',
      "bad name=1",
      "f=a;b",
      "g=1; Max-Age=0",
      "h=1; Max-Age=01",
      "i=x\u0001",
      "=v",
      "j=a=b",
    ];
    expect(parseSetCookies(lines)).toEqual([
      cookie("a", "1", { path: "/x", httpOnly: true, secure: true }),
      cookie("b", "2", { maxAgeSeconds: 60, domain: ".d.test" }),
      cookie("e", "quoted"),
      cookie("f", "a"),
      cookie("g", "1", { maxAgeSeconds: -1 }),
      cookie("h", "1"),
      cookie("j", "a=b"),
    ]);
  });

  test("Expires", () => {
    expect(parseExpires("Wed, 01 Jan 2070 00:00:00 GMT")).toBe(3_155_760_000_000);
    expect(parseExpires("Wed, 01-Jan-2070 00:00:00 GMT")).toBe(3_155_760_000_000);
    for (const bad of ["soon", "", "Wed, 32 Jan 2070 00:00:00 GMT", "2070-01-01"])
      expect(parseExpires(bad)).toBeUndefined();
  });
});

describe("MemoryCookieJar", () => {
  const u = "http://127.0.0.1:8080";

  test("is empty until a cookie is set, and empty jars answer nothing", () => {
    const jar = new MemoryCookieJar();
    expect([jar.isEmpty, shown(jar, u)]).toEqual([true, ""]);
    jar.clear(parseUrl(u));
    jar.delete(parseUrl(u), "x");
    expect(jar.isEmpty).toBe(true);
    jar.set(parseUrl(u), cookie("a", "1"));
    expect([jar.isEmpty, shown(jar, u)]).toEqual([false, "a=1"]);
  });

  test("paths, secure, expiry, foreign domains; clear and delete act on the URL's own path", () => {
    const jar = new MemoryCookieJar();
    const url = parseUrl(u);
    jar.set(url, cookie("one", "1"));
    jar.set(url, cookie("path", "2", { path: "/cookies", maxAgeSeconds: 600 }));
    jar.set(url, cookie("secure", "3", { secure: true }));
    jar.set(url, cookie("gone", "4", { expiresMs: 0 }));
    jar.set(url, cookie("elsewhere", "5", { domain: "other.test" }));
    // Loopback counts as secure.
    expect(shown(jar, u)).toBe("one=1 secure=3");
    expect(shown(jar, `${u}/cookies`)).toBe("path=2 one=1 secure=3");
    jar.delete(url, "one");
    expect(shown(jar, u)).toBe("secure=3");
    jar.clear(url);
    expect(shown(jar, `${u}/cookies`)).toBe("path=2");
  });

  test("secure cookies need https elsewhere", () => {
    const jar = new MemoryCookieJar();
    jar.store(parseUrl("http://h.test/"), parseSetCookies(["s=1; Secure", "p=2"]));
    expect([shown(jar, "http://h.test/"), shown(jar, "https://h.test/")]).toEqual(["p=2", "s=1 p=2"]);
  });

  test("domain cookies reach subdomains; there is no list of public suffixes", () => {
    const jar = new MemoryCookieJar();
    jar.store(
      parseUrl("http://a.b.test/x/y"),
      parseSetCookies([
        "host=1",
        "dom=2; Domain=b.test; Path=/",
        "tld=3; Domain=test; Path=/",
        "no=4; Domain=c.b.test",
        "dot=5; Domain=.b.test; Path=/",
      ]),
    );
    expect(shown(jar, "http://a.b.test/x/z")).toBe("host=1 dom=2 tld=3 dot=5");
    expect(shown(jar, "http://b.test/x/")).toBe("dom=2 tld=3 dot=5");
    expect(shown(jar, "http://z.test/")).toBe("tld=3");
    expect(shown(jar, "http://a.b.test/")).toBe("dom=2 tld=3 dot=5");
  });

  test("the same name, domain and path is replaced in place; longer paths come first", () => {
    const jar = new MemoryCookieJar();
    const url = parseUrl("http://h.test/a/b");
    jar.store(
      url,
      parseSetCookies(["x=1; Path=/", "y=1; Path=/", "x=2; Path=/", "z=3; Path=/a", "__Host-p=4; Path=/"]),
    );
    expect(shown(jar, "http://h.test/a/b")).toBe("z=3 x=2 y=1 __Host-p=4");
  });

  test("cookies expire, also those that were remembered for a URL", () => {
    let nowMs = Date.now();
    const jar = new MemoryCookieJar(() => nowMs);
    jar.set(parseUrl(u), cookie("short", "1", { maxAgeSeconds: 10 }));
    jar.set(parseUrl(u), cookie("long", "2", { maxAgeSeconds: 1_000 }));
    expect(shown(jar, u)).toBe("short=1 long=2");
    nowMs += 11_000;
    expect(shown(jar, u)).toBe("long=2");
  });
});

test("cookieHeader: the request's own first, replaced names left out, values made sendable", () => {
  const jar = new MemoryCookieJar();
  const url = parseUrl("http://h.test/");
  jar.set(url, cookie("a", "1"));
  jar.set(url, cookie("b", "2"));
  expect(cookieHeader(url, jar, undefined)).toBe("a=1; b=2");
  expect(cookieHeader(url, jar, [{ name: "a", value: "x", replace: false }])).toBe("a=x; a=1; b=2");
  expect(cookieHeader(url, jar, [{ name: "a", value: "x", replace: true }])).toBe("a=x; b=2");
  expect(cookieHeader(url, undefined, [{ name: "s", value: 'a b;"c', replace: false }])).toBe('s="a bc"');
  expect(cookieHeader(url, new MemoryCookieJar(), undefined)).toBe("");
});
