import { describe, expect, test } from "bun:test";
import { parseUrl } from "../../src/net/url.ts";

describe("parseUrl reads and writes as Go's net/url", () => {
  test.each([
    ["http://host/a b", "http://host/a%20b", "/a%20b"],
    ["http://host", "http://host", "/"],
    ["HTTP://Host:80/", "http://Host:80/", "/"],
    ["http://host/ü?q=ü#ü", "http://host/%C3%BC?q=ü#%C3%BC", "/%C3%BC?q=\u00c3\u00bc"],
    ["http://host/a%2fb/%7e", "http://host/a%2fb/%7e", "/a%2fb/%7e"],
    ["http://host/!$&'()*+,;=:@", "http://host/!$&'()*+,;=:@", "/!$&'()*+,;=:@"],
    ["http://host/?", "http://host/?", "/?"],
    ["http://host?q", "http://host?q", "/?q"],
    ["http://u:p%40@host/", "http://u:p%40@host/", "/"],
    ["http://[::1]:80/x", "http://[::1]:80/x", "/x"],
    ["http://", "http:", "/"],
    ["mailto:a@b", "mailto:a@b", "a@b"],
    ["http://host/a{b}|c", "http://host/a%7Bb%7D%7Cc", "/a%7Bb%7D%7Cc"],
    ["http://host/[x]", "http://host/[x]", "/[x]"],
  ])("%s", (text, href, uri) => {
    const url = parseUrl(text);
    expect([url.href, url.requestUri]).toEqual([href, uri]);
  });

  test.each([
    ["http://%zz/", 'parse "http://%zz/": invalid URL escape "%zz"'],
    ["::", 'parse "::": missing protocol scheme'],
    ["http://a b/", 'parse "http://a b/": invalid character " " in host name'],
    ["http://host:port/", 'parse "http://host:port/": invalid port ":port" after host'],
    ["http://[::1/", "parse \"http://[::1/\": missing ']' in host"],
    ["a:b:c/d", undefined],
    ["1a:b", 'parse "1a:b": first path segment in URL cannot contain colon'],
    ["http://host/\n", 'parse "http://host/\\n": net/url: invalid control character in URL'],
    ["http://host/%", 'parse "http://host/%": invalid URL escape "%"'],
    ["http://us er@host/", 'parse "http://us er@host/": net/url: invalid userinfo'],
  ])("%j", (text, message) => {
    if (message === undefined) expect(() => parseUrl(text)).not.toThrow();
    else expect(() => parseUrl(text)).toThrow(message);
  });

  test("parts", () => {
    const url = parseUrl("https://ann:pw@[fe80::1%25eth0]:8443/p");
    expect([url.hostname, url.port, url.user]).toEqual(["fe80::1%eth0", "8443", { username: "ann", password: "pw" }]);
    expect(url.hrefWithoutPassword).toBe("https://ann:***@[fe80::1%25eth0]:8443/p");
    expect(parseUrl("http://a:b@c/d").hrefWithoutUser).toBe("http://c/d");
  });
});

describe("resolve follows RFC 3986, section 5.4", () => {
  const base = parseUrl("http://a/b/c/d;p?q");
  test.each([
    ["g", "http://a/b/c/g"],
    ["./g", "http://a/b/c/g"],
    ["g/", "http://a/b/c/g/"],
    ["/g", "http://a/g"],
    ["//g", "http://g"],
    ["?y", "http://a/b/c/d;p?y"],
    ["g?y#s", "http://a/b/c/g?y#s"],
    ["#s", "http://a/b/c/d;p?q#s"],
    ["", "http://a/b/c/d;p?q"],
    [".", "http://a/b/c/"],
    ["..", "http://a/b/"],
    ["../g", "http://a/b/g"],
    ["../../../g", "http://a/g"],
    ["/./g", "http://a/g"],
    ["g;x=1/../y", "http://a/b/c/y"],
    ["https://other/x", "https://other/x"],
  ])("%j", (reference, href) => {
    expect(base.resolve(reference).href).toBe(href);
  });
});
