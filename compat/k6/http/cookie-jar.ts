/**
 * Cookie jars as scripts see them: that of the VU, and those they make.
 *
 * @see k6 docs, javascript-api/k6-http/cookiejar
 */
import { GoError, quote, type VuRuntime } from "../../../src/module-api.ts";
import {
  cookieJarOf,
  type GoUrl,
  MemoryCookieJar,
  parseUrl,
  type SetCookie,
  UrlError,
} from "../../../src/network-api.ts";
import { parseRfc1123 } from "./rfc1123.ts";

/** What makes objects of the script around a jar. */
export interface JarMaker {
  /** The class `CookieJar`. */
  readonly jarClass: unknown;
  /** An object for the jar of the current VU. */
  ofVu(): object;
}

export function cookieJars(runtime: VuRuntime): JarMaker {
  const { rt } = runtime;
  // closures: scripts may take the methods off the jar
  const wrap = (jar: MemoryCookieJar): object => {
    const object = rt.object();
    object.clear = rt.fn("clear", 1, (args) => jar.clear(urlOf(args, 0)));
    object.cookiesForURL = rt.fn("cookiesForURL", 1, (args) => {
      const byName = rt.object();
      for (const { name, value } of jar.cookiesFor(urlOf(args, 0))) {
        (byName[name] ??= rt.array([])).push(value);
      }
      return byName;
    });
    object.delete = rt.fn("delete", 2, (args) => {
      const name = text(args, 1);
      if (name === "") throw new GoError("cookie: is null");
      jar.delete(urlOf(args, 0), name);
    });
    object.set = rt.fn("set", 4, (args) => {
      jar.set(urlOf(args, 0), cookieOf(args));
      return true;
    });
    return rt.tie(object, jar);
  };
  return {
    jarClass: rt.defineClass("CookieJar", 0, { callable: true, make: () => wrap(new MemoryCookieJar()) }),
    ofVu() {
      if (runtime.vu.inInit) throw new GoError("Making cookie jars in the init context is not supported");
      return wrap(cookieJarOf(runtime.vu));
    },
  };
}

/** An argument of Go's type string. */
const text = (args: readonly unknown[], index: number): string => String(args[index] ?? "");

function urlOf(args: readonly unknown[], index: number): GoUrl {
  try {
    return parseUrl(text(args, index));
  } catch (error) {
    throw error instanceof UrlError ? new GoError(error.message) : error;
  }
}

/** The cookie of `jar.set(url, name, value, options)`. */
function cookieOf(args: readonly unknown[]): SetCookie {
  const cookie: SetCookie = {
    name: text(args, 1),
    value: text(args, 2),
    domain: "",
    path: "",
    secure: false,
    httpOnly: false,
    maxAgeSeconds: 0,
    expiresMs: undefined,
  };
  const given = args[3];
  if (given === undefined || given === null) return cookie;
  const options = Object(given) as Record<string, unknown>;
  for (const name of Object.keys(options)) {
    const value = options[name];
    switch (name.toLowerCase()) {
      case "path":
        cookie.path = String(value);
        break;
      case "domain":
        cookie.domain = String(value);
        break;
      case "expires":
        cookie.expiresMs = expiryOf(String(value));
        break;
      case "max_age":
        cookie.maxAgeSeconds = Math.max(-1, Math.trunc(Number(value)) || 0);
        break;
      case "secure":
        cookie.secure = Boolean(value);
        break;
      case "http_only":
        cookie.httpOnly = Boolean(value);
        break;
    }
  }
  return cookie;
}

function expiryOf(date: string): number | undefined {
  if (date === "") return undefined;
  const parsed = parseRfc1123(date);
  if (typeof parsed === "number") return parsed;
  throw new GoError(`unable to parse "expires" date string "${date}": parsing time ${quote(date)}${parsed.problem}`);
}
