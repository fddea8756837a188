/**
 * Cookie jars with the rules of k6, whose jar is Go's `net/http/cookiejar` without a list of public suffixes.
 *
 * tough-cookie stores and selects; what Go parses and refuses differently is decided here before. The package is loaded when
 * the first cookie is set, and a jar without cookies answers from one flag. What a URL gets is remembered until the jar
 * changes or a cookie expires, because scripts ask for the same few URLs again and again.
 *
 * Behaviour: k6 docs, "Cookies" and "CookieJar"; RFC 6265.
 */
import { createRequire } from "node:module";
import type { MemoryCookieStore, Cookie as ToughCookie, CookieJar as ToughJar } from "tough-cookie";
import { isIP } from "../base/ip.ts";
import { asciiHost, type GoUrl } from "./url.ts";

/** What the transport asks of a jar. */
export interface CookieJar {
  readonly isEmpty: boolean;
  /** Cookies for a request, in the order in which they are sent. */
  cookiesFor(url: GoUrl): readonly NamedCookie[];
  /** Takes over what an answer sets. */
  store(url: GoUrl, cookies: readonly SetCookie[]): void;
}

export interface NamedCookie {
  name: string;
  value: string;
}

/** A cookie of the script's `params.cookies`. */
export interface RequestCookie extends NamedCookie {
  /** Replace the jar's cookies of that name instead of being sent beside them. */
  replace: boolean;
}

/** A cookie with its attributes, as an answer or a script sets it. */
export interface SetCookie extends NamedCookie {
  domain: string;
  path: string;
  secure: boolean;
  httpOnly: boolean;
  /** Seconds; 0 if not given, -1 to delete the cookie. */
  maxAgeSeconds: number;
  /** Milliseconds since the epoch; `undefined` if not given. */
  expiresMs: number | undefined;
}

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^[ !#-:<-[\]-~]*$/;

/** Reads the values of Set-Cookie as Go does: what it cannot read it leaves out. */
export function parseSetCookies(lines: readonly string[]): SetCookie[] {
  const cookies: SetCookie[] = [];
  for (const line of lines) {
    const cookie = parseSetCookie(line);
    if (cookie) cookies.push(cookie);
  }
  return cookies;
}

function parseSetCookie(line: string): SetCookie | undefined {
  const parts = line.trim().split(";");
  const first = parts[0]!.trim();
  const equals = first.indexOf("=");
  if (equals < 0) return undefined;
  const name = first.slice(0, equals).trim();
  const value = cookieValue(first.slice(equals + 1), true);
  if (!NAME.test(name) || value === undefined) return undefined;
  const cookie: SetCookie = {
    name,
    value,
    domain: "",
    path: "",
    secure: false,
    httpOnly: false,
    maxAgeSeconds: 0,
    expiresMs: undefined,
  };
  for (const part of parts.slice(1)) setAttribute(cookie, part.trim());
  return cookie;
}

function cookieValue(raw: string, mayBeQuoted: boolean): string | undefined {
  const value = mayBeQuoted && raw.length > 1 && raw.startsWith('"') && raw.endsWith('"') ? raw.slice(1, -1) : raw;
  return VALUE.test(value) ? value : undefined;
}

function setAttribute(cookie: SetCookie, part: string): void {
  const equals = part.indexOf("=");
  const attribute = (equals < 0 ? part : part.slice(0, equals)).toLowerCase();
  const value = cookieValue(equals < 0 ? "" : part.slice(equals + 1), false);
  if (value === undefined) return;
  switch (attribute) {
    case "secure":
      cookie.secure = true;
      break;
    case "httponly":
      cookie.httpOnly = true;
      break;
    case "domain":
      cookie.domain = value;
      break;
    case "path":
      cookie.path = value;
      break;
    case "max-age": {
      if (!/^-?[0-9]+$/.test(value) || (value[0] === "0" && value !== "0")) break;
      const seconds = Number(value);
      cookie.maxAgeSeconds = seconds <= 0 ? -1 : seconds;
      break;
    }
    case "expires":
      cookie.expiresMs = parseExpires(value);
      break;
  }
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** `Mon, 02 Jan 2006 15:04:05 GMT`, or with dashes in the date. */
export function parseExpires(text: string): number | undefined {
  const found =
    /^[A-Za-z]{3}, (\d{2})[ -]([A-Za-z]{3})[ -](\d{4}) (\d{2}):(\d{2}):(\d{2}) ([A-Z]{3,4}|[+-]\d{4})$/.exec(text);
  if (!found) return undefined;
  const month = MONTHS.indexOf(found[2]!.toLowerCase());
  if (month < 0) return undefined;
  const [day, year, hour, minute, second] = [1, 3, 4, 5, 6].map((i) => Number(found[i])) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const ms = Date.UTC(year, month, day, hour, minute, second);
  const isReal = new Date(ms).getUTCDate() === day && hour < 24 && minute < 60 && second < 60;
  return isReal ? ms : undefined;
}

/** Bytes that Go drops from a value that it is asked to send. */
const UNSENDABLE = /[^ !#-:<-[\]-~]/g;

/** The value of a Cookie field: cookies of the request first, then the jar's. Empty if there are none. */
export function cookieHeader(
  url: GoUrl,
  jar: CookieJar | undefined,
  own: readonly RequestCookie[] | undefined,
): string {
  const fromJar = jar === undefined || jar.isEmpty ? NO_COOKIES : jar.cookiesFor(url);
  if (own === undefined || own.length === 0) return fromJar.length === 0 ? "" : joinCookies(fromJar);
  const kept = fromJar.filter((cookie) => !own.some((mine) => mine.replace && mine.name === cookie.name));
  return joinCookies([...own, ...kept]);
}

const NO_COOKIES: readonly NamedCookie[] = [];

function joinCookies(cookies: readonly NamedCookie[]): string {
  let out = "";
  for (const { name, value } of cookies) {
    const sent = value.replace(UNSENDABLE, "");
    out += `${out === "" ? "" : "; "}${name.replace(/[\r\n]/g, "-")}=${/[ ,]/.test(sent) ? `"${sent}"` : sent}`;
  }
  return out;
}

interface Tough {
  CookieJar: typeof ToughJar;
  Cookie: typeof ToughCookie;
  MemoryCookieStore: typeof MemoryCookieStore;
}

let tough: Tough | undefined;
let Store: typeof MemoryCookieStore | undefined;

/** Loaded at the first cookie: most tests have none, and the package brings the public suffix list. */
function loadTough(): Tough {
  // Written so that the bundler sees the name and packs it, and a runtime without a global `require` finds it.
  tough ??= (
    typeof require === "function" ? require("tough-cookie") : createRequire(import.meta.url)("tough-cookie")
  ) as Tough;
  return tough;
}

/** tough-cookie's own store, but one that looks under every ending of a host, public suffixes too, as Go does. */
function loadStore(): typeof MemoryCookieStore {
  Store ??= class SuffixStore extends loadTough().MemoryCookieStore {
    override findCookies(...args: unknown[]): Promise<ToughCookie[]> {
      const [host, callback] = [String(args[0]), args.at(-1) as (error: Error | null, cookies: ToughCookie[]) => void];
      const found: ToughCookie[] = [];
      for (
        let domain = host;
        domain !== "";
        domain = domain.includes(".") ? domain.slice(domain.indexOf(".") + 1) : ""
      ) {
        for (const byName of Object.values(this.idx[domain] ?? {})) found.push(...Object.values(byName ?? {}));
      }
      callback(null, found);
      return Promise.resolve(found);
    }
  };
  return Store;
}

/** tough-cookie's jar as plain data; undefined for an empty one. */
export type SerializedJar = ReturnType<ToughJar["serializeSync"]>;

/** Go has no list of public suffixes here, and takes names such as `localhost` and cookie prefixes as any other. */
function openTough(serialized: SerializedJar): ToughJar {
  const { CookieJar: Jar } = loadTough();
  const store = new (loadStore())();
  const options = {
    rejectPublicSuffixes: false,
    allowSpecialUseDomain: true,
    looseMode: true,
    prefixSecurity: "unsafe-disabled",
  } as const;
  if (serialized === undefined) return new Jar(store, options);
  return Jar.deserializeSync({ ...serialized, ...options }, store);
}

/** Answers that are remembered, at most; scripts with more URLs than this select anew. */
const REMEMBERED_MAX = 200;

/** The jar of a VU, or one that a script makes. */
export class MemoryCookieJar implements CookieJar {
  #jar: ToughJar | undefined = undefined;
  #remembered: Map<string, { cookies: readonly NamedCookie[]; untilMs: number }> | undefined = undefined;
  readonly #nowMs: () => number;

  /** @param nowMs Wall clock. */
  constructor(nowMs: () => number = Date.now) {
    this.#nowMs = nowMs;
  }

  get isEmpty(): boolean {
    return this.#jar === undefined;
  }

  cookiesFor(url: GoUrl): readonly NamedCookie[] {
    const jar = this.#jar;
    const place = jar && placeOf(url);
    if (jar === undefined || place === undefined) return NO_COOKIES;
    const nowMs = this.#nowMs();
    const known = this.#remembered?.get(place);
    if (known && nowMs < known.untilMs) return known.cookies;

    let untilMs = Number.POSITIVE_INFINITY;
    const cookies: NamedCookie[] = [];
    for (const cookie of jar.getCookiesSync(place, { expire: false, sort: true })) {
      const expiryMs = cookie.expires instanceof Date ? cookie.expires.getTime() : Number.POSITIVE_INFINITY;
      if (expiryMs <= nowMs) {
        this.#remove(cookie.domain, cookie.path, cookie.key);
        continue;
      }
      cookies.push({ name: cookie.key, value: cookie.value });
      if (expiryMs < untilMs) untilMs = expiryMs;
    }
    this.#remembered ??= new Map();
    if (this.#remembered.size >= REMEMBERED_MAX) this.#remembered.clear();
    this.#remembered.set(place, { cookies, untilMs });
    return cookies;
  }

  store(url: GoUrl, cookies: readonly SetCookie[]): void {
    const place = placeOf(url);
    if (place === undefined || cookies.length === 0) return;
    const host = hostOf(url);
    for (const cookie of cookies) {
      const owner = ownerOf(host, cookie.domain);
      if (owner) this.#put(place, cookie, owner);
    }
    this.#remembered = undefined;
  }

  /** Sets one cookie for a URL, as `jar.set()` of a script does. */
  set(url: GoUrl, cookie: SetCookie): void {
    this.store(url, [cookie]);
  }

  /** All cookies as plain data, for another thread. */
  serialize(): SerializedJar {
    return this.#jar?.serializeSync();
  }

  static deserialize(serialized: SerializedJar): MemoryCookieJar {
    const jar = new MemoryCookieJar();
    if (serialized !== undefined) jar.#jar = openTough(serialized);
    return jar;
  }

  /** Removes every cookie that a request for the URL would carry and that lies at the URL's own place, as k6 does. */
  clear(url: GoUrl): void {
    this.store(
      url,
      this.cookiesFor(url).map(({ name }) => deletion(name)),
    );
  }

  delete(url: GoUrl, name: string): void {
    this.store(url, [deletion(name)]);
  }

  #remove(domain: string | null, path: string | null, name: string): void {
    this.#jar?.store.removeCookie(domain, path, name, (error) => {
      if (error) throw error;
    });
  }

  #put(place: string, cookie: SetCookie, owner: { domain: string; hostOnly: boolean }): void {
    const nowMs = this.#nowMs();
    const path = cookie.path.startsWith("/") ? cookie.path : defaultPath(place);
    const expiresMs = cookie.maxAgeSeconds > 0 ? nowMs + cookie.maxAgeSeconds * 1_000 : cookie.expiresMs;
    const isGone = cookie.maxAgeSeconds < 0 || (expiresMs !== undefined && expiresMs <= nowMs);
    if (isGone) {
      this.#remove(owner.domain, path, cookie.name);
      return;
    }
    const { Cookie } = loadTough();
    this.#jar ??= openTough(undefined);
    const stored = new Cookie({
      key: cookie.name,
      value: cookie.value,
      domain: owner.domain,
      hostOnly: owner.hostOnly,
      path,
      secure: cookie.secure,
      httpOnly: cookie.httpOnly,
      expires: expiresMs === undefined ? "Infinity" : new Date(expiresMs),
    });
    // Go lets a plain connection set secure cookies, too.
    this.#jar.setCookieSync(stored, place.replace(/^http:/, "https:"), { ignoreError: true });
  }
}

function deletion(name: string): SetCookie {
  return {
    name,
    value: "",
    domain: "",
    path: "",
    secure: false,
    httpOnly: false,
    maxAgeSeconds: -1,
    expiresMs: undefined,
  };
}

function hostOf(url: GoUrl): string {
  return asciiHost(url.hostname).toLowerCase().replace(/\.$/, "");
}

/** The URL without what does not matter to cookies; `undefined` for other schemes than HTTP. */
function placeOf(url: GoUrl): string | undefined {
  if (url.scheme !== "http" && url.scheme !== "https") return undefined;
  const host = hostOf(url);
  return `${url.scheme}://${host.includes(":") ? `[${host}]` : host}${url.escapedPath || "/"}`;
}

function defaultPath(place: string): string {
  const path = place.slice(place.indexOf("/", place.indexOf("://") + 3));
  const slash = path.lastIndexOf("/");
  return slash <= 0 ? "/" : path.slice(0, slash);
}

/** Whose a cookie is, if the host may set it. */
function ownerOf(host: string, domain: string): { domain: string; hostOnly: boolean } | undefined {
  if (domain === "") return { domain: host, hostOnly: true };
  if (isIP(host) !== 0) return domain === host ? { domain: host, hostOnly: true } : undefined;
  const name = (domain.startsWith(".") ? domain.slice(1) : domain).toLowerCase();
  if (name === "" || name.startsWith(".") || name.endsWith(".")) return undefined;
  return host === name || host.endsWith(`.${name}`) ? { domain: name, hostOnly: false } : undefined;
}
