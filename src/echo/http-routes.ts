/**
 * The HTTP side of the test server: routes that a first HTTP script or a WebSocket script's login needs.
 *
 * | route | answer |
 * |---|---|
 * | `/` | plain text that names the routes |
 * | `/json` | a small JSON object |
 * | `/echo`, any method | method, URL, query, headers and body of the request |
 * | `/headers` | the request's headers |
 * | `/cookies`, `/cookies/set?name=value` | the request's cookies; sets cookies and redirects to the former |
 * | `/delay/MS`, `/status/CODE`, `/bytes/COUNT`, `/redirect/COUNT` | what the name says |
 * | `/gzip` | JSON in gzip coding |
 * | `/basic-auth/USER/PASSWORD` | 200 if the request says so too, else 401 |
 * | `/login` | a form; its POST sets the cookie `session` and redirects to `/my`, which answers 401 without it |
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { requestUrl } from "./request-url.ts";

interface Answer {
  status: number;
  headers: Record<string, string | string[]>;
  body: string | Uint8Array;
}

interface Asked {
  request: IncomingMessage;
  url: URL;
  /** What follows the route's name in the path as it was written. */
  rest: readonly string[];
  body: Buffer;
}

type Route = (asked: Asked) => Answer | Promise<Answer>;

/** A request's body may be as long as this; k6's own examples upload small files. */
const bodyBytesMax = 64 * 1024 * 1024;
const delayMsMax = 600_000;
const redirectsMax = 100;
const sessionCookie = "session";

const text = (body: string, status = 200): Answer => ({
  status,
  headers: { "Content-Type": "text/plain; charset=utf-8" },
  body,
});
const html = (body: string): Answer => ({
  status: 200,
  headers: { "Content-Type": "text/html; charset=utf-8" },
  body: `<!doctype html>\n${body}\n`,
});
const json = (value: unknown, status = 200): Answer => ({
  status,
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(value),
});
const redirect = (location: string, headers: Answer["headers"] = {}): Answer => ({
  status: 302,
  headers: { Location: location, ...headers },
  body: "",
});

/** The one number that a route like /delay/100 takes; undefined if it is missing, no integer or out of range. */
function numberOf({ rest }: Asked, { min, max }: { min: number; max: number }): number | undefined {
  if (rest.length !== 1 || !/^\d{1,9}$/.test(rest[0]!)) return undefined;
  const value = Number(rest[0]);
  return value >= min && value <= max ? value : undefined;
}

function cookiesOf(request: IncomingMessage): Record<string, string> {
  const pairs = (request.headers.cookie ?? "").split(";").map((pair) => pair.trim());
  return Object.fromEntries(
    pairs
      .filter((pair) => pair.includes("="))
      .map((pair) => [pair.split("=", 1)[0]!, pair.slice(pair.indexOf("=") + 1)]),
  );
}

const routes: Record<string, Route> = {
  "": () => text(`sixfold echo: ${Object.keys(routes).filter(Boolean).join(", ")}; WebSocket on / and /ws/\n`),

  json: () => json({ id: 1, name: "Ada", tags: ["first", "second"], active: true }),

  echo: ({ request, url, body }) =>
    json({
      method: request.method,
      url: request.url,
      query: Object.fromEntries(url.searchParams),
      headers: request.headers,
      body: body.toString(),
    }),

  headers: ({ request }) => json({ headers: request.headers }),

  cookies: ({ request, url, rest }) => {
    if (rest[0] !== "set") return json({ cookies: cookiesOf(request) });
    const cookies = [...url.searchParams].map(([name, value]) => `${name}=${encodeURIComponent(value)}; Path=/`);
    return redirect("/cookies", { "Set-Cookie": cookies });
  },

  delay: async (asked) => {
    const delayMs = numberOf(asked, { min: 0, max: delayMsMax });
    if (delayMs === undefined) return text(`/delay/MS takes 0 to ${delayMsMax}\n`, 400);
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    return json({ delayMs });
  },

  status: (asked) => {
    const status = numberOf(asked, { min: 200, max: 599 });
    return status === undefined ? text("/status/CODE takes 200 to 599\n", 400) : text("", status);
  },

  bytes: (asked) => {
    const count = numberOf(asked, { min: 0, max: bodyBytesMax });
    if (count === undefined) return text(`/bytes/COUNT takes 0 to ${bodyBytesMax}\n`, 400);
    const body = Uint8Array.from({ length: count }, (_, index) => index & 0xff);
    return { status: 200, headers: { "Content-Type": "application/octet-stream" }, body };
  },

  redirect: (asked) => {
    const count = numberOf(asked, { min: 0, max: redirectsMax });
    if (count === undefined) return text(`/redirect/COUNT takes 0 to ${redirectsMax}\n`, 400);
    return count === 0 ? text("arrived\n") : redirect(`/redirect/${count - 1}`);
  },

  gzip: () => {
    const plain = json({ gzipped: true });
    return { ...plain, headers: { ...plain.headers, "Content-Encoding": "gzip" }, body: gzipSync(plain.body) };
  },

  "basic-auth": ({ request, rest }) => {
    const [user = "", password = ""] = rest;
    const expected = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
    if (request.headers.authorization === expected) return json({ authenticated: true, user });
    const refusal = json({ authenticated: false }, 401);
    return { ...refusal, headers: { ...refusal.headers, "WWW-Authenticate": 'Basic realm="echo"' } };
  },

  login: ({ request, body }) => {
    if (request.method !== "POST") {
      return html(
        '<title>Login</title>\n<form action="/login" method="post">\n<input type="text" name="login">\n' +
          '<input type="password" name="password">\n<input type="submit" value="Go">\n</form>',
      );
    }
    const login = new URLSearchParams(body.toString()).get("login") ?? "";
    if (login === "") return text("the form has no login\n", 400);
    return redirect("/my", { "Set-Cookie": `${sessionCookie}=${encodeURIComponent(login)}; Path=/; HttpOnly` });
  },

  my: ({ request }) => {
    const session = cookiesOf(request)[sessionCookie];
    return session === undefined ? text("log in first\n", 401) : text(`Welcome, ${session}!\n`);
  },
};

/** Answers one request. */
export async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request);
  const found = body === undefined ? text("too long\n", 413) : await dispatch(request, body);
  // RFC 9110, section 8.6: no length where there can be no content.
  const bare = found.status === 204 || found.status === 304;
  const length = bare ? {} : { "Content-Length": Buffer.byteLength(found.body) };
  response.writeHead(found.status, { ...found.headers, ...length });
  response.end(request.method === "HEAD" ? undefined : found.body);
}

async function dispatch(request: IncomingMessage, body: Buffer): Promise<Answer> {
  const url = requestUrl(request);
  if (url === undefined) return text("this is no path\n", 400);
  const [name = "", ...rest] = url.pathname.split("/").filter(Boolean);
  const route = Object.hasOwn(routes, name) ? routes[name] : undefined;
  return route ? await route({ request, url, rest, body }) : text(`no route ${url.pathname}\n`, 404);
}

/** The whole body, or undefined if it is too long; what is left of it then is read and dropped. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes <= bodyBytesMax) chunks.push(chunk);
  }
  return bytes <= bodyBytesMax ? Buffer.concat(chunks) : undefined;
}
