import { expect, test } from "bun:test";
import { runScript } from "../../../support/script-runner.ts";

// made with openssl req -x509: P-256, all parts of a name that k6 knows, alternative names of every kind
const PEM = `
-----BEGIN CERTIFICATE-----
MIIC4TCCAoegAwIBAgIUIWdZI3dKh/kiDqnUQjk8DxlLcEEwCgYIKoZIzj0EAwIw
gZ8xCzAJBgNVBAYTAk5PMQ0wCwYDVQQIDARPc2xvMQ0wCwYDVQQHDARPc2xvMQ8w
DQYDVQQJDAZNYWluIDExDTALBgNVBBEMBDAxNTAxETAPBgNVBAoMCEV4IGFtcGxl
MQwwCgYDVQQLDANPbmUxDDAKBgNVBAsMA1R3bzEOMAwGA1UEAwwFZmlyc3QxEzAR
BgNVBAMMCnp3ZWl0ZXIgw5wwIBcNMjYxMTIxMDUzNDU1WhgPMjEyNjEwMjgwNTM0
NTVaMIGfMQswCQYDVQQGEwJOTzENMAsGA1UECAwET3NsbzENMAsGA1UEBwwET3Ns
bzEPMA0GA1UECQwGTWFpbiAxMQ0wCwYDVQQRDAQwMTUwMREwDwYDVQQKDAhFeCBh
bXBsZTEMMAoGA1UECwwDT25lMQwwCgYDVQQLDANUd28xDjAMBgNVBAMMBWZpcnN0
MRMwEQYDVQQDDAp6d2VpdGVyIMOcMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
UB+yU2/3wDAuVGLzDHXKsFIJUV9Orlyg7ExyxDzOn/XBleTzeufRj0lBLJ7ZDnt2
ep73GmEqDKaUQ8hoLtDMcaOBnDCBmTAdBgNVHQ4EFgQU8hg27s1W1ub9R2zWB6cm
/xwW0r0wHwYDVR0jBBgwFoAU8hg27s1W1ub9R2zWB6cm/xwW0r0wDwYDVR0TAQH/
BAUwAwEB/zBGBgNVHREEPzA9ggZhLnRlc3SBCW1lQGEudGVzdIcQIAENuAAAAAAA
AAABAAAAAIcECgAAAYYQaHR0cHM6Ly9hLnRlc3QveDAKBggqhkjOPQQDAgNIADBF
AiA8UOvbX257lAnTGSAMxT5N61IS7rWTyFUBdOw1p2WNCgIhAJp3yKRGlxRQnA6J
3RWulLoIo+qd3MQYdtbOozx//1AH
-----END CERTIFICATE-----`;

const parsed = async (expression: string, pem = PEM): Promise<any> => {
  const { log, errors } = await runScript(`import { parse } from "k6/crypto/x509";
    const pem = ${JSON.stringify(pem)};
    export default () => {
      try { const c = parse(pem); console.log(JSON.stringify(${expression})); } catch (e) { console.log(JSON.stringify(e.name + ": " + e.message)); }
    };`);
  expect(errors).toEqual([]);
  return JSON.parse(log[0]!.slice("info: ".length));
};

test("parse reads every part of a name, in its order", async () => {
  expect(await parsed("c.subject")).toEqual({
    commonName: "zweiter Ü", // the last one, as Go has it
    country: "NO",
    postalCode: "0150",
    stateOrProvinceName: "Oslo",
    localityName: "Oslo",
    streetAddress: "Main 1",
    organizationName: "Ex ample",
    organizationalUnitName: ["One", "Two"],
    names: [
      { type: "2.5.4.6", value: "NO" },
      { type: "2.5.4.8", value: "Oslo" },
      { type: "2.5.4.7", value: "Oslo" },
      { type: "2.5.4.9", value: "Main 1" },
      { type: "2.5.4.17", value: "0150" },
      { type: "2.5.4.10", value: "Ex ample" },
      { type: "2.5.4.11", value: "One" },
      { type: "2.5.4.11", value: "Two" },
      { type: "2.5.4.3", value: "first" },
      { type: "2.5.4.3", value: "zweiter Ü" },
    ],
  });
  expect(await parsed("Object.keys(c.issuer)")).toEqual([
    "commonName",
    "country",
    "stateOrProvinceName",
    "localityName",
    "organizationName",
    "names",
  ]);
});

test("parse reads alternative names by kind, and what signed the certificate", async () => {
  expect(await parsed("[c.altNames, c.signatureAlgorithm, c.publicKey.algorithm, c.notAfter.slice(0, 3)]")).toEqual([
    ["a.test", "me@a.test", "2001:db8::1:0:0", "10.0.0.1", "https://a.test/x"],
    "ECDSA-SHA256",
    "ECDSA",
    "212", // a GeneralizedTime: after 2049
  ]);
});

test("what is no certificate is refused, and cut off DER does no harm", async () => {
  expect(await parsed("c", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----")).toBe(
    "GoError: failed to parse certificate: x509: malformed certificate",
  );
  const body = PEM.split("\n").slice(2, -1).join("");
  for (let length = 4; length < body.length; length += 4) {
    const cut = `-----BEGIN CERTIFICATE-----\n${body.slice(0, length)}\n-----END CERTIFICATE-----`;
    if (length < body.length - 40) expect(await parsed("c", cut)).toStartWith("GoError: failed to parse certificate");
  }
});
