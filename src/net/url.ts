/**
 * URLs as Go's net/url reads and writes them, because k6's `res.url`, its error texts and the request line are Go's.
 *
 * The WHATWG parser repairs what Go refuses, and escapes what Go leaves alone, so it cannot be used. Inside this file a
 * URL is a byte string: one char of 0 to 255 for each UTF-8 byte, as in Go. What leaves it is text again.
 *
 * RFC 3986 with Go's deviations; the order of the checks decides which of several errors is named.
 */
import { domainToASCII } from "node:url";
import { quote } from "./error-codes.ts";

export interface UserInfo {
  username: string;
  /** Absent if there is no colon. */
  password?: string;
}

export class UrlError extends Error {}

const Mode = { path: 0, segment: 1, host: 2, zone: 3, user: 4, query: 5, fragment: 6 } as const;
type Mode = (typeof Mode)[keyof typeof Mode];

/** A parsed URL; never changed once made, so that it can be shared. */
export class GoUrl {
  readonly scheme: string;
  readonly opaque: string;
  readonly user: UserInfo | undefined;
  /** With the port, if it has one. */
  readonly host: string;
  /** Unescaped. */
  readonly path: string;
  /** The path as it was given, if escaping `path` would not lead back to it. */
  readonly rawPath: string;
  readonly rawQuery: string;
  readonly forceQuery: boolean;
  readonly fragment: string;
  readonly rawFragment: string;
  readonly omitHost: boolean;
  #href: string | undefined;

  constructor(parts: Partial<GoUrlParts>) {
    this.scheme = parts.scheme ?? "";
    this.opaque = parts.opaque ?? "";
    this.user = parts.user;
    this.host = parts.host ?? "";
    this.path = parts.path ?? "";
    this.rawPath = parts.rawPath ?? "";
    this.rawQuery = parts.rawQuery ?? "";
    this.forceQuery = parts.forceQuery ?? false;
    this.fragment = parts.fragment ?? "";
    this.rawFragment = parts.rawFragment ?? "";
    this.omitHost = parts.omitHost ?? false;
  }

  /** The host without port and without brackets. */
  get hostname(): string {
    return splitHost(this.host).hostname;
  }

  /** Digits, or empty. */
  get port(): string {
    return splitHost(this.host).port;
  }

  get isAbsolute(): boolean {
    return this.scheme !== "";
  }

  /** The whole URL as text, as Go's `String()`. */
  get href(): string {
    return (this.#href ??= toText(this.#format(this.user)));
  }

  /** `href` without user and password. */
  get hrefWithoutUser(): string {
    return this.user ? toText(this.#format(undefined)) : this.href;
  }

  /** `href` with the password hidden, as Go's HTTP errors show it. */
  get hrefWithoutPassword(): string {
    if (this.user?.password === undefined) return this.href;
    return toText(this.#format({ username: this.user.username, password: "***" }));
  }

  /** What follows the method on the request line, as bytes in a string. */
  get requestUri(): string {
    let result = this.opaque === "" ? this.escapedPath || "/" : this.opaque;
    if (this.opaque.startsWith("//")) result = `${this.scheme}:${result}`;
    return this.forceQuery || this.rawQuery !== "" ? `${result}?${this.rawQuery}` : result;
  }

  get escapedPath(): string {
    if (this.rawPath !== "" && isValidEncoded(this.rawPath, Mode.path)) return this.rawPath;
    return this.path === "*" ? "*" : escapeBytes(this.path, Mode.path);
  }

  /** The same URL without user and password. */
  withoutUser(): GoUrl {
    return this.user ? new GoUrl({ ...partsOf(this), user: undefined }) : this;
  }

  /**
   * Follows a reference from this URL (RFC 3986, section 5.2).
   *
   * @throws {UrlError} If the reference cannot be parsed.
   */
  resolve(reference: string): GoUrl {
    const ref = parseUrl(reference);
    const parts = partsOf(ref);
    if (ref.scheme === "") parts.scheme = this.scheme;
    if (ref.scheme !== "" || ref.host !== "" || ref.user) {
      return new GoUrl({ ...parts, ...splitPath(resolvePath(ref.escapedPath, "")) });
    }
    if (ref.opaque !== "") return new GoUrl({ ...parts, user: undefined, host: "", path: "", rawPath: "" });
    if (ref.path === "" && !ref.forceQuery && ref.rawQuery === "") {
      parts.rawQuery = this.rawQuery;
      if (ref.fragment === "") {
        parts.fragment = this.fragment;
        parts.rawFragment = this.rawFragment;
      }
    }
    if (ref.path === "" && this.opaque !== "") {
      return new GoUrl({ ...parts, opaque: this.opaque, user: undefined, host: "", path: "", rawPath: "" });
    }
    parts.host = this.host;
    parts.user = this.user;
    return new GoUrl({ ...parts, ...splitPath(resolvePath(this.escapedPath, ref.escapedPath)) });
  }

  #format(user: UserInfo | undefined): string {
    let out = this.scheme === "" ? "" : `${this.scheme}:`;
    if (this.opaque !== "") {
      out += this.opaque;
    } else {
      if ((this.scheme !== "" || this.host !== "" || user) && !(this.omitHost && this.host === "" && !user)) {
        if (this.host !== "" || this.path !== "" || user) out += "//";
        if (user) {
          out += escapeBytes(user.username, Mode.user);
          // Three stars stand for a hidden password and are not escaped.
          if (user.password !== undefined)
            out += `:${user.password === "***" ? "***" : escapeBytes(user.password, Mode.user)}`;
          out += "@";
        }
        if (this.host !== "") out += escapeBytes(this.host, Mode.host);
      }
      const path = this.escapedPath;
      if (path !== "" && path[0] !== "/" && this.host !== "") out += "/";
      if (out === "" && path.split("/", 1)[0]!.includes(":")) out += "./";
      out += path;
    }
    if (this.forceQuery || this.rawQuery !== "") out += `?${this.rawQuery}`;
    if (this.fragment !== "") {
      const valid = this.rawFragment !== "" && isValidEncoded(this.rawFragment, Mode.fragment);
      out += `#${valid ? this.rawFragment : escapeBytes(this.fragment, Mode.fragment)}`;
    }
    return out;
  }
}

interface GoUrlParts {
  scheme: string;
  opaque: string;
  user: UserInfo | undefined;
  host: string;
  path: string;
  rawPath: string;
  rawQuery: string;
  forceQuery: boolean;
  fragment: string;
  rawFragment: string;
  omitHost: boolean;
}

function partsOf(url: GoUrl): GoUrlParts {
  const { scheme, opaque, user, host, path, rawPath, rawQuery, forceQuery, fragment, rawFragment, omitHost } = url;
  return { scheme, opaque, user, host, path, rawPath, rawQuery, forceQuery, fragment, rawFragment, omitHost };
}

/** URLs as nearly all are: nothing to unescape, nothing to refuse. */
const PLAIN = /^(https?):\/\/([a-z0-9.-]+(?::[0-9]+)?)(\/[A-Za-z0-9\-_.~/!$&'()*+,;=:@]*)?(?:\?([!-"$-~]+))?$/;
/** What the sub-delimiters are to Go's escaping: left as they are only if they came that way. */
const KEEPS_RAW_PATH = /[!'()*]/;

/**
 * Parses a URL, absolute or not.
 *
 * @throws {UrlError} With Go's text: `parse "http://%zz/": invalid URL escape "%zz"`.
 */
export function parseUrl(text: string): GoUrl {
  const plain = PLAIN.exec(text);
  if (plain) {
    const path = plain[3] ?? "";
    const rawPath = KEEPS_RAW_PATH.test(path) ? path : "";
    return new GoUrl({ scheme: plain[1]!, host: plain[2]!, path, rawPath, rawQuery: plain[4] ?? "" });
  }
  const bytes = toBytes(text);
  const hash = bytes.indexOf("#");
  const main = hash < 0 ? bytes : bytes.slice(0, hash);
  const rawFragment = hash < 0 ? "" : bytes.slice(hash + 1);
  try {
    const parts = parseParts(main);
    if (rawFragment === "") return new GoUrl(parts);
    const fragment = unescapeBytes(rawFragment, Mode.fragment);
    const keep = escapeBytes(fragment, Mode.fragment) === rawFragment ? "" : rawFragment;
    return new GoUrl({ ...parts, fragment, rawFragment: keep });
  } catch (error) {
    if (!(error instanceof UrlError)) throw error;
    throw new UrlError(`parse ${quote(toText(main))}: ${error.message}`);
  }
}

function parseParts(raw: string): Partial<GoUrlParts> {
  if (/[\x00-\x1f\x7f]/.test(raw)) throw new UrlError("net/url: invalid control character in URL");
  if (raw === "*") return { path: "*" };
  let { scheme, rest } = splitScheme(raw);
  const parts: Partial<GoUrlParts> = { scheme: scheme.toLowerCase() };
  scheme = parts.scheme!;
  const question = rest.indexOf("?");
  if (question >= 0) {
    parts.rawQuery = rest.slice(question + 1);
    parts.forceQuery = parts.rawQuery === "";
    rest = rest.slice(0, question);
  }
  if (!rest.startsWith("/")) {
    if (scheme !== "") return { ...parts, opaque: rest };
    if (rest.split("/", 1)[0]!.includes(":")) throw new UrlError("first path segment in URL cannot contain colon");
  }
  if ((scheme !== "" || !rest.startsWith("///")) && rest.startsWith("//")) {
    const slash = rest.indexOf("/", 2);
    const authority = slash < 0 ? rest.slice(2) : rest.slice(2, slash);
    rest = slash < 0 ? "" : rest.slice(slash);
    Object.assign(parts, parseAuthority(authority));
  } else if (scheme !== "" && rest.startsWith("/")) {
    parts.omitHost = true;
  }
  return { ...parts, ...splitPath(rest) };
}

function splitScheme(raw: string): { scheme: string; rest: string } {
  const found = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(raw);
  if (found) return { scheme: found[1]!, rest: raw.slice(found[0].length) };
  if (raw.startsWith(":")) throw new UrlError("missing protocol scheme");
  return { scheme: "", rest: raw };
}

function splitPath(escaped: string): { path: string; rawPath: string } {
  const path = unescapeBytes(escaped, Mode.path);
  return { path, rawPath: escapeBytes(path, Mode.path) === escaped ? "" : escaped };
}

function parseAuthority(authority: string): { user?: UserInfo; host: string } {
  const at = authority.lastIndexOf("@");
  const host = parseHost(authority.slice(at + 1));
  if (at < 0) return { host };
  const info = authority.slice(0, at);
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(info)) throw new UrlError("net/url: invalid userinfo");
  const colon = info.indexOf(":");
  const username = unescapeBytes(colon < 0 ? info : info.slice(0, colon), Mode.user);
  if (colon < 0) return { host, user: { username } };
  return { host, user: { username, password: unescapeBytes(info.slice(colon + 1), Mode.user) } };
}

function parseHost(host: string): string {
  if (host.startsWith("[")) {
    const close = host.lastIndexOf("]");
    if (close < 0) throw new UrlError("missing ']' in host");
    checkPort(host.slice(close + 1));
    const zone = host.slice(0, close).indexOf("%25");
    if (zone >= 0) {
      return (
        unescapeBytes(host.slice(0, zone), Mode.host) +
        unescapeBytes(host.slice(zone, close), Mode.zone) +
        unescapeBytes(host.slice(close), Mode.host)
      );
    }
  } else {
    const colon = host.lastIndexOf(":");
    if (colon >= 0) checkPort(host.slice(colon));
  }
  return unescapeBytes(host, Mode.host);
}

function checkPort(colonPort: string): void {
  if (!/^(:[0-9]*)?$/.test(colonPort)) throw new UrlError(`invalid port ${quote(colonPort)} after host`);
}

function splitHost(host: string): { hostname: string; port: string } {
  const found = /:([0-9]*)$/.exec(host);
  const colon = found && !(host.startsWith("[") && host.lastIndexOf("]") > found.index) ? found.index : -1;
  const name = colon < 0 ? host : host.slice(0, colon);
  const hostname = name.startsWith("[") && name.endsWith("]") ? name.slice(1, -1) : name;
  return { hostname, port: colon < 0 ? "" : found![1]! };
}

function resolvePath(base: string, ref: string): string {
  const full = ref === "" ? base : ref[0] === "/" ? ref : base.slice(0, base.lastIndexOf("/") + 1) + ref;
  if (full === "") return "";
  const segments = full.split("/");
  const kept: string[] = [];
  for (const segment of segments) {
    if (segment === "..") {
      // The empty segment before the leading slash is the root; nothing lies above it.
      if (kept.length > 1 || (kept.length === 1 && kept[0] !== "")) kept.pop();
    } else if (segment !== ".") {
      kept.push(segment);
    }
  }
  const last = segments.at(-1);
  if (last === "." || last === "..") kept.push("");
  const joined = kept.join("/");
  return joined.startsWith("/") ? joined : `/${joined}`;
}

const UPPER_HEX = "0123456789ABCDEF";

function shouldEscape(char: string, mode: Mode): boolean {
  if (/[A-Za-z0-9]/.test(char)) return false;
  if ((mode === Mode.host || mode === Mode.zone) && "!$&'()*+,;=:[]<>\"".includes(char)) return false;
  if ("-_.~".includes(char)) return false;
  if ("$&+,/:;=?@".includes(char)) {
    switch (mode) {
      case Mode.path:
        return char === "?";
      case Mode.segment:
        return "/;,?".includes(char);
      case Mode.user:
        return "@/?:".includes(char);
      case Mode.query:
        return true;
      case Mode.fragment:
        return false;
    }
  }
  return !(mode === Mode.fragment && "!()*".includes(char));
}

function escapeBytes(bytes: string, mode: Mode): string {
  if (/^[A-Za-z0-9\-_.~]*$/.test(bytes)) return bytes;
  let out = "";
  for (const char of bytes) {
    if (!shouldEscape(char, mode)) out += char;
    else {
      const code = char.charCodeAt(0);
      out += `%${UPPER_HEX[code >> 4]}${UPPER_HEX[code & 15]}`;
    }
  }
  return out;
}

function unescapeBytes(text: string, mode: Mode): string {
  const inHost = mode === Mode.host || mode === Mode.zone;
  if (!inHost && !text.includes("%")) return text;
  let out = "";
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (char === "%") {
      const escaped = text.slice(i, i + 3);
      if (!/^%[0-9A-Fa-f]{2}$/.test(escaped)) throw new UrlError(`invalid URL escape ${quote(toText(escaped))}`);
      const value = Number.parseInt(escaped.slice(1), 16);
      if (mode === Mode.host && value < 0x80 && escaped !== "%25") {
        throw new UrlError(`invalid URL escape ${quote(escaped)}`);
      }
      const byte = String.fromCharCode(value);
      if (mode === Mode.zone && escaped !== "%25" && byte !== " " && shouldEscape(byte, Mode.host)) {
        throw new UrlError(`invalid URL escape ${quote(escaped)}`);
      }
      out += byte;
      i += 2;
    } else {
      if (inHost && char < "\x80" && shouldEscape(char, mode)) {
        throw new UrlError(`invalid character ${quote(char)} in host name`);
      }
      out += char;
    }
  }
  return out;
}

function isValidEncoded(text: string, mode: Mode): boolean {
  for (const char of text) {
    if (!"!$&'()*+,;=:@[]%".includes(char) && shouldEscape(char, mode)) return false;
  }
  return true;
}

const NON_ASCII = /[^\x00-\x7f]/;

/** UTF-8 bytes as chars. */
export function toBytes(text: string): string {
  return NON_ASCII.test(text) ? Buffer.from(text, "utf8").toString("latin1") : text;
}

/** The reverse; bytes that are no UTF-8 become U+FFFD. */
export function toText(bytes: string): string {
  return NON_ASCII.test(bytes) ? Buffer.from(bytes, "latin1").toString("utf8") : bytes;
}

/** A host name as it goes into DNS, TLS and the Host header: Punycode if it is not ASCII. */
export function asciiHost(bytes: string): string {
  if (!NON_ASCII.test(bytes)) return bytes;
  const { hostname, port } = splitHost(bytes);
  const ascii = domainToASCII(toText(hostname));
  return port === "" ? ascii : `${ascii}:${port}`;
}
