import { expect, test } from "bun:test";
import { createHmac, randomBytes } from "node:crypto";
import { runScript } from "../../support/script-runner.ts";

const logged = async (body: string): Promise<string[]> => {
  const { log, errors } = await runScript(`import * as crypto from "k6/crypto"; export default () => { ${body} };`);
  expect(errors).toEqual([]);
  return log.map((line) => line.slice("info: ".length));
};

test("hmac agrees with the runtime's for keys shorter and longer than a block", async () => {
  for (const size of [1, 63, 64, 65, 127, 128, 129, 300]) {
    const key = randomBytes(size).toString("hex").slice(0, size);
    const lines = await logged(
      `for (const name of ["md5", "sha256", "sha512"]) console.log(crypto.hmac(name, "${key}", "data", "hex"));`,
    );
    expect(lines).toEqual(
      ["md5", "sha256", "sha512"].map((name) => createHmac(name, key).update("data").digest("hex")),
    );
  }
});

test("hmac with md4 works, which not every runtime can", async () => {
  // RFC 2104's construction over RFC 1320's hash
  expect(await logged(`console.log(crypto.hmac("md4", "k", "x", "hex").slice(0, 10));`)).toEqual(["43b15c90d7"]);
});

test("a hasher goes on after its digest", async () => {
  expect(
    await logged(`
      for (const h of [crypto.createHash("sha1"), crypto.createHMAC("sha1", "key")]) {
        h.update("hel");
        const part = h.digest("hex");
        h.update(new Uint8Array([108, 111]));
        console.log(part === h.digest("hex"), h.digest("hex"));
      }`),
  ).toEqual([
    "false aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d",
    `false ${createHmac("sha1", "key").update("hello").digest("hex")}`,
  ]);
});

test("an unknown algorithm is refused", async () => {
  expect(
    await logged(`for (const f of [() => crypto.createHash("x"), () => crypto.createHMAC("x", 5), () => crypto.createHMAC("md5", 5)]) {
      try { f(); } catch (e) { console.log(e.message); }
    }`),
  ).toEqual([
    "invalid algorithm: x",
    "invalid algorithm: x",
    "invalid type int64, expected string, []byte or ArrayBuffer",
  ]);
});
