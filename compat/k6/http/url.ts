/**
 * Addresses of requests: texts, and what the tag function `http.url` makes.
 *
 * Behaviour: k6 docs, javascript-api/k6-http/url; conformance: http/url-template, url-name-with-credentials.
 */
import { GoError, type VuRuntime } from "../../../src/module-api.ts";
import { type GoUrl, httpClientOf, parseUrl, type Target, UrlError } from "../../../src/network-api.ts";
import { goText } from "./go-text.ts";

const INVALID_URL = 1020;

/** An error that has one of k6's numbers. */
export class CodedError extends GoError {
  readonly code: number;
  constructor(message: string, code: number) {
    super(message);
    this.code = code;
  }
}

/** A URL whose metrics go by a name. */
class NamedUrl {
  readonly url: string;
  readonly name: string;
  constructor(url: string, name: string) {
    this.url = url;
    this.name = name;
  }
}

export interface RequestUrl {
  /** As the script wrote it. */
  text: string;
  target: Target;
  /** Value of the tag `name` that a template gives; empty for none. */
  name: string;
}

/**
 * Reads what a script gives as an address.
 *
 * @throws {CodedError} If it is none.
 */
export function readUrl(runtime: VuRuntime, given: unknown): RequestUrl {
  if (typeof given === "string") return { text: given, target: parse(runtime, given), name: "" };
  const state: unknown = runtime.rt.stateOf(given);
  if (state instanceof NamedUrl) return { text: state.url, target: parse(runtime, state.url), name: state.name };
  if (Object.prototype.toString.call(given) === "[object String]") return readUrl(runtime, String(given));
  throw new CodedError(`invalid URL: '#${goText(given)}'`, INVALID_URL);
}

const parse = (runtime: VuRuntime, text: string): Target => refusing(() => httpClientOf(runtime).target(text));

function refusing<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof UrlError)) throw error;
    throw new CodedError(`invalid URL: ${error.message}`, INVALID_URL);
  }
}

/** The tag function: `${}` stands for each value in the name. */
export function makeUrl(runtime: VuRuntime, args: readonly unknown[]): object {
  const [parts, ...values] = args;
  const texts = Array.isArray(parts) ? parts.map(String) : [];
  let url = "";
  let name = "";
  texts.forEach((text, i) => {
    url += text;
    name += text;
    if (i >= values.length) return;
    url += String(values[i]);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: k6 writes it so
    name += "${}";
  });
  // init code may ask, before the options are known that make the client
  const parsed = refusing(() => parseUrl(url));
  const clean = cleanUrl(parsed, url);
  const { rt } = runtime;
  const object = rt.object();
  object.name = name === url ? clean : name;
  object.url = url;
  object.clean_url = clean;
  object.clean = rt.fn("clean", 0, () => clean);
  object.getURL = rt.fn("getURL", 0, () => urlParts(runtime, parsed));
  return rt.tie(object, new NamedUrl(url, name === url ? "" : name));
}

/** The parsed URL, with Go's parts under k6's names. */
function urlParts(runtime: VuRuntime, url: GoUrl): object {
  const { rt } = runtime;
  return Object.assign(rt.object(), {
    scheme: url.scheme,
    opaque: url.opaque,
    host: url.host,
    path: url.path,
    raw_path: url.rawPath,
    raw_query: url.rawQuery,
    force_query: url.forceQuery,
    fragment: url.fragment,
    raw_fragment: url.rawFragment,
    omit_host: url.omitHost,
    string: rt.fn("string", 0, () => url.href),
  });
}

/** The text of a URL with its user and password hidden; lengths are k6's, which counts them unescaped. */
export function cleanUrl(url: GoUrl, text: string = url.href): string {
  const { user, scheme } = url;
  if (user === undefined) return text;
  const start = text.slice(0, scheme.length + 3);
  if (user.password === undefined) return `${start}****${text.slice(scheme.length + 3 + user.username.length)}`;
  return `${start}****:****${text.slice(scheme.length + 4 + user.username.length + user.password.length)}`;
}
