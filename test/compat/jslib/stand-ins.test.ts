import { expect, test } from "bun:test";
import { jslibSource } from "../../../compat/jslib/index.ts";
import { runScript } from "../../support/script-runner.ts";

const run = async (imports: string, body: string): Promise<{ lines: string[]; samples: string[]; log: string[] }> => {
  const { log, errors, samples } = await runScript(`${imports}\nexport default async () => { ${body} };`);
  expect(errors).toEqual([]);
  return { lines: log.map((line) => line.slice("info: ".length)), samples, log };
};

test("a stand-in serves every version of its library, and no other file or library", async () => {
  const texts = await Promise.all(
    ["1.0.0", "1.4.0", "9.9.9"].map((v) => jslibSource(`https://jslib.k6.io/k6-utils/${v}/index.js`)),
  );
  expect(new Set(texts).size).toBe(1);
  expect(texts[0]).toContain("randomString");
  expect(await jslibSource("https://jslib.k6.io/k6-utils/1.4.0/index.min.js?x")).toBe(texts[0]!);
  expect(await jslibSource("https://jslib.k6.io/k6-utils/1.4.0/other.js")).toBeUndefined();
  expect(await jslibSource("https://jslib.k6.io/papaparse/5.1.1/index.js")).toBeUndefined();
  expect(await jslibSource("https://jslib.k6.io/constructor/1/index.js")).toBeUndefined();
});

test("totp gives the codes of RFC 6238, appendix B", async () => {
  // the secret is "12345678901234567890" in base32, the codes have eight digits
  const { lines } = await run(
    `import { TOTP } from "https://jslib.k6.io/totp/1.0.0/index.js";`,
    `const totp = new TOTP("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 8);
     const now = Date.now;
     for (const seconds of [59, 1111111109, 1234567890, 20000000000]) {
       Date.now = () => seconds * 1000;
       console.log(await totp.gen(), await totp.verify(await totp.gen()), await totp.verify("0"));
     }
     console.log(await new TOTP("gezdgnbv gy3tqojqgezdgnbvgy3tqojq====").gen(30, 20000000000 - 59));
     Date.now = now;`,
  );
  expect(lines).toEqual([
    "94287082 true false",
    "07081804 true false",
    "89005924 true false",
    "65353130 true false",
    "287082",
  ]);
});

test("formdata writes multipart bodies of texts, bytes and files", async () => {
  const { lines } = await run(
    `import { FormData } from "https://jslib.k6.io/formdata/0.0.2/index.js";`,
    `const form = new FormData();
     form.append("text", "v");
     form.append("file", { data: new Uint8Array([104, 105]).buffer, filename: 'a".txt', content_type: "x/y" });
     form.append("list", { data: [33] });
     const body = new TextDecoder().decode(form.body());
     console.log(JSON.stringify(body.replaceAll(form.boundary, "B")), form.body() instanceof ArrayBuffer);`,
  );
  const type = (text: string) => `Content-Type: ${text}\r\n\r\n`;
  const part = (rest: string, content: string) => `--B\r\nContent-Disposition: form-data; name=${rest}${content}\r\n`;
  const body =
    part(`"text"\r\n${type("text/plain")}`, "v") +
    part(`"file"; filename="a%22.txt"\r\n${type("x/y")}`, "hi") +
    part(`"list"\r\n${type("application/octet-stream")}`, "!") +
    "--B--\r\n";
  expect(lines[0]).toBe(`${JSON.stringify(body)} true`);
});

test("url follows the URL standard, with search parameters tied to their URL", async () => {
  const { lines } = await run(
    `import { URL, URLSearchParams } from "https://jslib.k6.io/url/1.0.0/index.js";`,
    `const url = new URL("../b?x=1&y=a+b%20c#h", "https://u:p@Host:443/a/c");
     console.log(url.href, url.host, url.port === "", url.origin, String(url) === JSON.parse(JSON.stringify(url)));
     url.searchParams.append("z", "ü&"); url.searchParams.delete("x"); url.port = 8080; url.hash = "";
     console.log(url.href, url.searchParams.get("y"));
     url.search = "?only=1";
     console.log([...url.searchParams].join(), URL.canParse("nope"));
     const p = new URLSearchParams({ b: 2, a: "1 1" });
     p.set("b", "3"); p.append("b", "%zz"); p.sort();
     console.log(p.toString(), p.getAll("b").length, p.has("b", "3"), p.get("none"), [...p.keys()].join(), p.size);
     for (const f of [() => new URL("nope"), () => new URLSearchParams([["a"]])]) try { f(); } catch (e) { console.log(e.name); }`,
  );
  expect(lines).toEqual([
    "https://u:p@host/b?x=1&y=a+b%20c#h host true https://host true",
    "https://u:p@host:8080/b?y=a+b+c&z=%C3%BC%26 a b c",
    "only,1 false",
    "a=1+1&b=3&b=%25zz 2 true null a,b,b 3",
    "TypeError",
    "TypeError",
  ]);
});

test("expect ends a chain at its first failing check, and describe goes on after it", async () => {
  const { lines, samples, log } = await run(
    `import { describe } from "https://jslib.k6.io/expect/0.0.4/index.js";`,
    `console.log(describe("good", (t) => { t.expect(5).as("five").toEqual(5).and(3).toBeGreaterThan(2).toBeBetween(1, 4).toBeTruthy(); }));
     console.log(describe("bad", (t) => { t.expect(5).as("five").toEqual(6).toBeTruthy(); }));
     console.log(describe("thrown", () => { throw new RangeError("inside"); }));
     const schema = { type: "object", required: ["a"], properties: { a: { type: "integer", minimum: 5 }, list: { items: { enum: [1, 2] } } }, additionalProperties: false };
     for (const value of [{ a: 5, list: [1] }, { a: 4 }, {}, { a: 5, b: 1 }, { a: 5, list: [1, 3] }, []]) {
       console.log(describe("schema", (t) => { t.expect(value).as("it").toMatchAPISchema(schema); }));
     }`,
  );
  expect(lines.filter((line) => line === "true" || line === "false").join()).toBe(
    "true,false,false,true,false,false,false,false,false",
  );
  expect(log.some((line) => line.startsWith('error: Exception raised in test "thrown"'))).toBe(true);
  const names = samples.filter((line) => line.startsWith("checks ")).map((line) => line.replace(/ value=.*$/, ""));
  expect(names).toEqual([
    "checks 1 check=five is 5.",
    "checks 1 check=3 is greater than 2",
    "checks 1 check=3 is between 1 - 4",
    "checks 1 check=3 is truthy.",
    "checks 0 check=five is 5. Expected '6'",
    'checks 0 check=Exception raised "RangeError: inside"',
    "checks 1 check=it schema validation",
    ...[".a should be >= 5", " should have required property 'a'", " should NOT have additional properties"].flatMap(
      (message) => ["checks 0 check=it schema validation", `checks 0 check=it ${message}`],
    ),
    "checks 0 check=it schema validation",
    "checks 0 check=it .list[1] should be equal to one of the allowed values",
    "checks 0 check=it schema validation",
    "checks 0 check=it  should be object",
  ]);
});

test("k6chaijs makes a check of each assertion of Chai", async () => {
  const { lines, samples } = await run(
    `import chai, { describe, expect } from "https://jslib.k6.io/k6chaijs/4.5.0.1/index.js";`,
    `console.log(describe("good", () => {
       expect(200, "status").to.equal(200);
       expect({ a: { b: ["x", "y"] } }).to.have.nested.property("a.b[1]");
       expect([1, 2]).to.be.an("array").that.includes(2).and.not.includes(3);
       expect({ json: () => 1 }).to.have.validJsonBody();
     }));
     console.log(describe("bad", () => { expect("x".repeat(200), "text").to.have.lengthOf(3); expect(1).to.equal(1); }));
     chai.config.aggregateChecks = false;
     console.log(describe("values", () => { expect(2, "two").to.be.above(1); expect("secret").anonymize().to.equal("secret"); }));`,
  );
  expect(lines.filter((line) => line === "true" || line === "false")).toEqual(["true", "false", "true"]);
  const checks = samples
    .filter((line) => line.startsWith("checks "))
    .map((line) =>
      line
        .replace("checks ", "")
        .replace("check=", "")
        .replace(/\$\{(\w+)\}/g, "<$1>"),
    );
  expect(checks).toEqual([
    "1 expected status to equal 200",
    "1 expected <this> to have nested property 'a.b[1]'",
    "1 expected <this> to be an array",
    "1 expected <this> to include 2",
    "1 expected <this> to not include 3",
    "1 has valid json body",
    "1 expected text to have property 'length'",
    "0 expected text to have a length of 3 got <actual>",
    "1 two: expected 2 to be above 1",
    "1 expected <anonymized> to equal 'secret'",
  ]);
});
