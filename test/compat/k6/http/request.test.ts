import { afterEach, describe, expect, test } from "bun:test";
import { createSecureServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { makeCertificate, type Peer, startAnswering, type WireRequest } from "../../../support/http-peer.ts";
import { runScript, type ScriptRun } from "../../../support/script-runner.ts";

const peers: Peer[] = [];
afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.close();
});

const ok = (body: string, headers = "") =>
  `HTTP/1.1 200 OK\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

/** Runs the body of an iteration against a server; `url` is its address. */
async function run(
  body: string,
  answer: (request: WireRequest) => string | Buffer | undefined = () => ok("hello"),
  settings: ScriptRun = {},
) {
  const seen: WireRequest[] = [];
  const peer = await startAnswering((request) => {
    seen.push(request);
    return answer(request);
  });
  peers.push(peer);
  const url = `http://127.0.0.1:${peer.port}`;
  const script = `import http from "k6/http"; export default async function () { const url = ${JSON.stringify(url)}; ${body} }`;
  const ran = await runScript(script, settings);
  const hide = (lines: string[]) => lines.map((line) => line.replaceAll(url, "URL"));
  return { ...ran, log: hide(ran.log), errors: hide(ran.errors), samples: hide(ran.samples), seen };
}

describe("what is sent", () => {
  test("res.request shows headers and cookies as they were sent", async () => {
    const { log, seen } = await run(`
      const jar = http.cookieJar();
      jar.set(url, "old", "1");
      const { request } = http.post(url + "/x", "text", { headers: { "x-a": "b", "User-Agent": "me" }, cookies: { own: "2" } });
      console.log(JSON.stringify(request));`);
    expect(JSON.parse(log[0]!.slice("info: ".length))).toEqual({
      method: "POST",
      url: "URL/x",
      headers: { "User-Agent": ["me"], "X-A": ["b"], Cookie: ["own=2; old=1"] },
      body: "text",
      cookies: {
        own: [{ name: "own", value: "2", replace: false }],
        old: [{ name: "old", value: "1", replace: false }],
      },
    });
    expect(seen[0]!.get("cookie")).toBe("own=2; old=1");
  });

  test("bytes are copied when the request is made, and shown as text", async () => {
    const { log, seen } = await run(`
      const bytes = new Uint8Array([65, 66, 67, 68]);
      const promise = http.asyncRequest("POST", url, bytes.subarray(1, 3));
      bytes.fill(88);
      const r = await promise;
      console.log(r.request.body, JSON.stringify(r.request).includes('"body":"BC"'));
      r.request.body = "mine";
      console.log(r.request.body);`);
    expect(seen[0]!.body).toBe("BC");
    expect(log).toEqual(["info: BC true", "info: mine"]);
  });

  test("values of a form that are no text are written as Go prints them", async () => {
    const { seen } = await run(
      `http.post(url, { a: { b: 1 }, c: [1, [2]], d: null, e: 1e21, "f g": "*'()!~", h: undefined });`,
    );
    expect(seen[0]!.body).toBe("a=map%5Bb%3A1%5D&c=1&c=%5B2%5D&d=%3Cnil%3E&e=1e%2B21&f+g=%2A%27%28%29%21~&h=%3Cnil%3E");
  });

  test("a multipart form escapes names and keeps bytes", async () => {
    const { seen } = await run(
      `http.post(url, { 'a"b': "x", f: http.file(new Uint8Array([0, 255]).buffer, 'n"\\\\.bin', "image/png") });`,
    );
    const boundary = /boundary=([0-9a-f]{60})$/.exec(seen[0]!.get("content-type")!)![1];
    expect(seen[0]!.body).toBe(
      `--${boundary}\r\nContent-Disposition: form-data; name="a\\"b"\r\n\r\nx\r\n` +
        `--${boundary}\r\nContent-Disposition: form-data; name="f"; filename="n\\"\\\\.bin"\r\n` +
        `Content-Type: image/png\r\n\r\n\x00\xff\r\n--${boundary}--\r\n`,
    );
  });

  test.each([
    ["new Uint16Array(2)", "[]uint16"],
    ["[1]", "[]interface {}"],
    ["1.5", "float64"],
    ["new Date(0)", "time.Time"],
    ["new Map()", "[][2]interface {}"],
    ["Promise.resolve()", "*sobek.Promise"],
    ["10n", "*big.Int"],
  ])("%s is no body", async (body, type) => {
    const { log, seen } = await run(`console.log(http.post(url, ${body}).error);`);
    expect(seen).toEqual([]);
    expect(log).toEqual(["warning: Request Failed", `info: unknown request body type ${type}`]);
  });

  test("a Content-Length or Content-Encoding that contradicts the body is warned of", async () => {
    const { log, seen } = await run(`
      http.post(url, "abc", { headers: { "content-length": "7" } });
      http.post(url, "abc", { headers: { "Content-Length": "3" } });
      http.post(url, "abc", { headers: { "Content-Encoding": "br" }, compression: "gzip" });`);
    expect(log).toEqual([
      'warning: The specified Content-Length header "7" in the POST request for URL doesn\'t match the actual request body length of 3, so it will be ignored!',
      "warning: There's a mismatch between the desired `compression` the manually set `Content-Encoding` header in the POST request for 'URL', the custom header has precedence and won't be overwritten. This may result in invalid data being sent to the server.",
    ]);
    expect(seen.map((each) => each.get("content-length"))).toEqual(["3", "3", expect.any(String)]);
    expect(seen[2]!.get("content-encoding")).toBe("br");
  });

  test("further arguments of get and head are warned of", async () => {
    const { log } = await run(`http.get(url, {}, 1); http.head(url, null, 1, 2);`);
    expect(log).toEqual([
      "warning: http.get only accepts a url and a params argument (2 arguments), but 3 were given",
      "warning: http.head only accepts a url and a params argument (2 arguments), but 4 were given",
    ]);
  });
});

describe("what comes back", () => {
  test("json() hands out the same value again, json(selector) a copy", async () => {
    const { log } = await run(
      `const r = http.get(url);
       r.json().list.push(3);
       r.json("list").push(4);
       console.log(JSON.stringify(r.json()), JSON.stringify(r.json("list")), r.json() === r.json());
       r.body = '{"n":1}';
       console.log(JSON.stringify(r.json()), r.json("n"));`,
      () => ok('{"list":[1,2]}'),
    );
    expect(log).toEqual(['info: {"list":[1,2,3]} [1,2] true', 'info: {"n":1} 1']);
  });

  test("each wrong byte of UTF-8 becomes a character of its own, as in Go", async () => {
    // e2 82 is the beginning of a euro sign, c3 bc an ü, ed a0 80 a surrogate, f0 9f 98 80 a face
    const body = Buffer.from("61e28262c3bceda080f09f9880", "hex");
    const { log } = await run(
      `console.log([...http.get(url).body].map((c) => c.codePointAt(0).toString(16)).join(" "));`,
      () => Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`), body]),
    );
    expect(log).toEqual(["info: 61 fffd fffd 62 fc fffd fffd fffd 1f600"]);
  });

  test("headers, cookies and timings are the script's own to change", async () => {
    const { log } = await run(
      `const a = http.get(url);
       a.headers["X-One"] = "changed"; a.cookies.c.length = 0; delete a.timings.duration;
       const b = http.get(url);
       console.log(b.headers["X-One"], b.cookies.c[0].value, typeof b.timings.duration, b.headers.__proto__);`,
      () => ok("", "X-One: 1\r\nSet-Cookie: c=d\r\n__proto__: x\r\n"),
    );
    expect(log).toEqual(["info: 1 d number x"]);
  });

  test("101 is an exception and leaves no sample", async () => {
    const { errors, samples } = await run(`http.get(url);`, () => "HTTP/1.1 101 Switching Protocols\r\n\r\n");
    expect(errors[0]).toContain("GoError: unsupported response status: 101 Switching Protocols");
    expect(samples.filter((sample) => sample.startsWith("http_"))).toEqual([]);
  });

  test("HTTP/2 over TLS: fields and tags", async () => {
    const { key, cert } = makeCertificate();
    const server = createSecureServer({ key, cert }, (_request, response) => response.end("two"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const { log, samples } = await runScript(
      `import http from "k6/http";
       export default () => {
         const r = http.get(${JSON.stringify(url)}, { tags: { name: "n" } });
         console.log(r.body, r.proto, r.tls_version, r.tls_cipher_suite.slice(0, 4), r.ocsp.status, r.timings.tls_handshaking > 0);
       };`,
      {
        options: { insecureSkipTLSVerify: true },
        systemTags: ["proto", "tls_version", "ocsp_status", "ip", "url", "status"],
      },
    );
    server.close();
    expect(log).toEqual(["info: two HTTP/2.0 tls1.3 TLS_ unknown true"]);
    expect(samples).toContain(
      "http_reqs 1 ip=127.0.0.1 name=n ocsp_status=unknown proto=HTTP/2.0 status=200 tls_version=tls1.3 url=n",
    );
  });
});

describe("samples", () => {
  const counts = (samples: string[]) => samples.filter((sample) => sample.startsWith("http_req_failed"));

  test("the refusal that begins a digest authentication is expected, every other answer not", async () => {
    const { samples } = await run(
      `http.get(url.replace("://", "://u:p@") + "/d", { auth: "digest" });`,
      (request) =>
        !request.get("authorization")?.startsWith("Digest")
          ? 'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm="r", nonce="n", qop="auth"\r\nContent-Length: 0\r\n\r\n'
          : ok("in"),
      { systemTags: ["status", "expected_response"] },
    );
    expect(counts(samples)).toEqual([
      "http_req_failed 0 expected_response=true status=401",
      "http_req_failed 0 expected_response=true status=200",
    ]);
  });

  test("a tag called name stands for the URL; user and password are hidden", async () => {
    const { samples } = await run(
      `http.get(url.replace("://", "://u:p@") + "/a");
       http.get(http.url\`\${url}/\${7}/x\`);
       http.get(http.url\`\${url}/\${8}/x\`, { tags: { name: "mine" } });`,
      () => ok(""),
      { systemTags: ["url", "name"] },
    );
    expect(counts(samples).map((sample) => sample.replace(/127\.0\.0\.1:\d+/g, "HOST"))).toEqual([
      "http_req_failed 0 name=http://****:****@HOST/a url=http://****:****@HOST/a",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: k6 writes it so
      "http_req_failed 0 name=${}/${}/x url=${}/${}/x",
      "http_req_failed 0 name=mine url=mine",
    ]);
  });

  test("system tags that nobody asked for are not there", async () => {
    const { samples } = await run(`http.get(url);`, () => ok(""), { systemTags: [] });
    expect(samples.filter((sample) => sample.startsWith("http_reqs"))).toEqual(["http_reqs 1"]);
  });
});

describe("http.batch", () => {
  test("throws the first failure once all requests have ended, if one of them wants that", async () => {
    const { errors, seen } = await run(
      `http.batch([["GET", "http://127.0.0.1:1/", null, { throw: true }], url, { url, params: { tags: { a: "b" } } }]);`,
    );
    expect(errors[0]).toContain(
      'GoError: Get "http://127.0.0.1:1/": dial tcp 127.0.0.1:1: connect: connection refused',
    );
    expect(seen.length).toBe(2);
  });

  test.each([
    ["[[5, 'x']]", "invalid method type '5'"],
    ["[['GET']]", `invalid batch request '[]interface {}{"GET"}'`],
    ["[{ url: 'x', method: null }]", "invalid method type '<nil>'"],
    ["{ a: {} }", "batch request a doesn't have a url key"],
    ["[{ url: 'http://%zz' }]", `invalid URL: parse "http://%zz": invalid URL escape "%zz"`],
  ])("refuses %s", async (argument, message) => {
    const { log, errors } = await run(`console.log(Object.values(http.batch(${argument}))[0].error);`);
    expect({ log, errors }).toEqual({ log: ["warning: A batch request failed", `info: ${message}`], errors: [] });
  });

  test.each([
    ["", "no argument was provided to http.batch()"],
    ["[], []", "http.batch() accepts only an array or an object of requests"],
  ])("http.batch(%s) throws", async (args, message) => {
    expect((await run(`http.batch(${args});`)).errors[0]).toContain(`GoError: ${message}`);
  });
});

describe("http.asyncRequest", () => {
  test("an iteration that throws closes what is under way", async () => {
    const { errors, samples } = await run(
      `http.asyncRequest("GET", url).then(() => console.log("never"));
       throw new Error("enough");`,
      () => undefined,
    );
    expect(errors[0]).toContain("enough");
    expect(samples.filter((sample) => sample.startsWith("http_reqs"))).toEqual([]);
  });

  test("rejects where http.request would throw", async () => {
    const { log } = await run(
      `for (const address of ["http://127.0.0.1:1/", 5]) {
         try { await http.asyncRequest("GET", address); } catch (e) { console.log(e.name, e.message); }
       }`,
      undefined,
      { options: { throw: true } },
    );
    expect(log).toEqual([
      'info: GoError Get "http://127.0.0.1:1/": dial tcp 127.0.0.1:1: connect: connection refused',
      "info: GoError invalid URL: '#5'",
    ]);
  });
});

test("CookieJar reads dates as Go does", async () => {
  const { log } = await run(`
    const jar = new http.CookieJar();
    for (const expires of ["Mon, 02 Jan 2006 15:04:05 MST", "Thu, 01 Jan 2099 00:00:00 GMT", "Thu, 32 Jan 2099 00:00:00 GMT", "Thu, 01 Jan 2099 00:00:00 GMT!", "Thu 01 Jan", ""]) {
      try { jar.set(url, "a", "b", { expires }); console.log(JSON.stringify(jar.cookiesForURL(url))); } catch (e) { console.log(e.message); }
    }
    try { jar.delete(url, ""); } catch (e) { console.log(e.message); }
    jar.set(url, "gone", "x", { max_age: -5 });
    console.log(JSON.stringify(jar), JSON.stringify(jar.cookiesForURL(url)));`);
  const problem = (text: string, rest: string) =>
    `info: unable to parse "expires" date string "${text}": parsing time "${text}"${rest}`;
  expect(log).toEqual([
    "info: {}",
    'info: {"a":["b"]}',
    problem("Thu, 32 Jan 2099 00:00:00 GMT", ": day out of range"),
    problem("Thu, 01 Jan 2099 00:00:00 GMT!", ': extra text: "!"'),
    problem("Thu 01 Jan", ' as "Mon, 02 Jan 2006 15:04:05 MST": cannot parse " 01 Jan" as ", "'),
    'info: {"a":["b"]}',
    "info: cookie: is null",
    'info: {} {"a":["b"]}',
  ]);
});

test("httpDebug writes an answer again with its framing first and its fields by name", async () => {
  const answers: Record<string, string> = {
    "/chunks": "HTTP/1.1 200 OK\r\nX-B: 2\r\nTransfer-Encoding: chunked\r\nA: 1\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "/length": "HTTP/1.1 200 OK\r\nX-B: 2\r\nContent-Length: 5\r\nA: 1\r\n\r\nhello",
    "/empty": "HTTP/1.1 404 Not Found\r\nX-B: 2\r\nContent-Length: 0\r\nA: 1\r\n\r\n",
  };
  const script = Object.keys(answers).map((path) => `http.get(url + "${path}");`);
  const { log } = await run(script.join(" "), (request) => answers[request.target], { options: { httpDebug: "full" } });
  expect(log.filter((line) => line.startsWith("info: Response:"))).toEqual([
    "info: Response:\nHTTP/1.1 200 OK\nTransfer-Encoding: chunked\nA: 1\nX-B: 2\n\n5\nhello\n0\n\n\n",
    "info: Response:\nHTTP/1.1 200 OK\nContent-Length: 5\nA: 1\nX-B: 2\n\nhello\n",
    "info: Response:\nHTTP/1.1 404 Not Found\nA: 1\nX-B: 2\nContent-Length: 0\n\n\n",
  ]);
});
