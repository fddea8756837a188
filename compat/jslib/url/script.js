/** Stands in for jslib.k6.io/url, every version: URL and URLSearchParams of the URL standard. */
import { changed, parse } from "sixfold:url";

/** `a=1&b=2` -> pairs (URL standard, section 5.1). */
function parsePairs(query) {
  return query
    .split("&")
    .filter((part) => part !== "")
    .map((part) => {
      const at = part.indexOf("=");
      return at < 0 ? [decode(part), ""] : [decode(part.slice(0, at)), decode(part.slice(at + 1))];
    });
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Percent signs that no two hexadecimal digits follow stay as they are. */
function decode(text) {
  const bytes = [];
  const source = encoder.encode(text.replaceAll("+", " "));
  for (let at = 0; at < source.length; at++) {
    const digits = source[at] === 0x25 ? String.fromCharCode(source[at + 1], source[at + 2]) : "";
    if (/^[\da-f]{2}$/i.test(digits)) {
      bytes.push(Number.parseInt(digits, 16));
      at += 2;
    } else bytes.push(source[at]);
  }
  return decoder.decode(Uint8Array.from(bytes));
}

const encode = (text) =>
  Array.from(encoder.encode(text), (byte) => {
    const character = String.fromCharCode(byte);
    if (/[\w*.-]/.test(character)) return character;
    return byte === 0x20 ? "+" : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }).join("");

export class URLSearchParams {
  #pairs = [];
  #onChange = () => undefined;

  constructor(init = "") {
    if (typeof init === "object" && init !== null) {
      const entries = typeof init[Symbol.iterator] === "function" ? init : Object.entries(init);
      for (const entry of entries) {
        const pair = [...entry];
        if (pair.length !== 2) throw new TypeError("Expected sequence with length 2");
        this.#pairs.push(pair.map(String));
      }
    } else this.#pairs = parsePairs(String(init).replace(/^\?/, ""));
  }

  /** Ties it to a URL: `onChange` is called with the query after each change. */
  static tiedTo(query, onChange) {
    const params = new URLSearchParams(query);
    params.#onChange = onChange;
    return params;
  }
  #changed(pairs) {
    this.#pairs = pairs;
    this.#onChange(this.toString());
  }

  get size() {
    return this.#pairs.length;
  }
  append(name, value) {
    this.#changed([...this.#pairs, [String(name), String(value)]]);
  }
  delete(name, value) {
    this.#changed(this.#pairs.filter(([key, held]) => key !== String(name) || (value !== undefined && held !== String(value))));
  }
  get(name) {
    return this.#pairs.find(([key]) => key === String(name))?.[1] ?? null;
  }
  getAll(name) {
    return this.#pairs.filter(([key]) => key === String(name)).map(([, value]) => value);
  }
  has(name, value) {
    return this.#pairs.some(([key, held]) => key === String(name) && (value === undefined || held === String(value)));
  }
  set(name, value) {
    const first = this.#pairs.findIndex(([key]) => key === String(name));
    if (first < 0) return this.append(name, value);
    const rest = this.#pairs.filter(([key], index) => index <= first || key !== String(name));
    rest[first] = [String(name), String(value)];
    this.#changed(rest);
  }
  sort() {
    this.#changed([...this.#pairs].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  }
  forEach(callback, self) {
    for (const [name, value] of this.#pairs) callback.call(self, value, name, this);
  }
  entries() {
    return this.#pairs.map((pair) => [...pair])[Symbol.iterator]();
  }
  keys() {
    return this.#pairs.map(([name]) => name)[Symbol.iterator]();
  }
  values() {
    return this.#pairs.map(([, value]) => value)[Symbol.iterator]();
  }
  [Symbol.iterator]() {
    return this.entries();
  }
  toString() {
    return this.#pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&");
  }
}

export class URL {
  #parts;
  #params;

  constructor(url, base) {
    const parts = parse(String(url), base === undefined ? undefined : String(base));
    if (parts === undefined) throw new TypeError(`Invalid URL: ${url}`);
    this.#parts = parts;
  }
  static canParse(url, base) {
    return parse(String(url), base === undefined ? undefined : String(base)) !== undefined;
  }

  #change(part, value) {
    this.#parts = changed(this.#parts.href, part, String(value));
  }

  get href() {
    return this.#parts.href;
  }
  set href(value) {
    const parts = parse(String(value));
    if (parts === undefined) throw new TypeError(`Invalid URL: ${value}`);
    this.#parts = parts;
    this.#params = undefined;
  }
  get origin() {
    return this.#parts.origin;
  }
  get protocol() {
    return this.#parts.protocol;
  }
  set protocol(value) {
    this.#change("protocol", value);
  }
  get username() {
    return this.#parts.username;
  }
  set username(value) {
    this.#change("username", value);
  }
  get password() {
    return this.#parts.password;
  }
  set password(value) {
    this.#change("password", value);
  }
  get host() {
    return this.#parts.host;
  }
  set host(value) {
    this.#change("host", value);
  }
  get hostname() {
    return this.#parts.hostname;
  }
  set hostname(value) {
    this.#change("hostname", value);
  }
  get port() {
    return this.#parts.port;
  }
  set port(value) {
    this.#change("port", value);
  }
  get pathname() {
    return this.#parts.pathname;
  }
  set pathname(value) {
    this.#change("pathname", value);
  }
  get search() {
    return this.#parts.search;
  }
  set search(value) {
    this.#change("search", value);
    this.#params = undefined;
  }
  get hash() {
    return this.#parts.hash;
  }
  set hash(value) {
    this.#change("hash", value);
  }
  get searchParams() {
    this.#params ??= URLSearchParams.tiedTo(this.#parts.search, (query) => this.#change("search", query));
    return this.#params;
  }
  toString() {
    return this.#parts.href;
  }
  toJSON() {
    return this.#parts.href;
  }
}
