/**
 * The module `k6/crypto/x509`: reads certificates.
 *
 * Certificates are walked as DER directly: the runtime's own class gives names as one text, without their types and order.
 *
 * @see k6 docs, javascript-api/k6-crypto; RFC 5280, section 4.1
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { GoError, type ModuleFactory } from "../../../src/module-api.ts";
import { toBytes } from "../go-type.ts";

interface Certificate {
  subject: Attribute[];
  issuer: Attribute[];
  notBefore: string;
  notAfter: string;
  altNames: string[];
  signatureAlgorithm: string;
  publicKey: { algorithm: string; key: Record<string, unknown> };
  fingerPrint: number[];
}

/** Part of a name: the type's number and the value. */
interface Attribute {
  type: string;
  value: string;
}

const SIGNATURES: Readonly<Record<string, string>> = {
  "1.2.840.113549.1.1.2": "MD2-RSA",
  "1.2.840.113549.1.1.4": "MD5-RSA",
  "1.2.840.113549.1.1.5": "SHA1-RSA",
  "1.3.14.3.2.29": "SHA1-RSA",
  "1.2.840.113549.1.1.11": "SHA256-RSA",
  "1.2.840.113549.1.1.12": "SHA384-RSA",
  "1.2.840.113549.1.1.13": "SHA512-RSA",
  "1.2.840.10040.4.3": "DSA-SHA1",
  "2.16.840.1.101.3.4.3.2": "DSA-SHA256",
  "1.2.840.10045.4.1": "ECDSA-SHA1",
  "1.2.840.10045.4.3.2": "ECDSA-SHA256",
  "1.2.840.10045.4.3.3": "ECDSA-SHA384",
  "1.2.840.10045.4.3.4": "ECDSA-SHA512",
  "1.3.101.112": "Ed25519",
};
const RSA_PSS = "1.2.840.113549.1.1.10";
const PSS_HASHES: Readonly<Record<string, string>> = {
  "2.16.840.1.101.3.4.2.1": "SHA256-RSAPSS",
  "2.16.840.1.101.3.4.2.2": "SHA384-RSAPSS",
  "2.16.840.1.101.3.4.2.3": "SHA512-RSAPSS",
};
const KEYS: Readonly<Record<string, string>> = {
  "1.2.840.113549.1.1.1": "RSA",
  "1.2.840.10040.4.1": "DSA",
  "1.2.840.10045.2.1": "ECDSA",
};
const SUBJECT_ALT_NAME = "2.5.29.17";

const NAMES: Readonly<Record<string, string>> = {
  commonName: "2.5.4.3",
  country: "2.5.4.6",
  postalCode: "2.5.4.17",
  stateOrProvinceName: "2.5.4.8",
  localityName: "2.5.4.7",
  streetAddress: "2.5.4.9",
  organizationName: "2.5.4.10",
};
const ORGANIZATIONAL_UNIT = "2.5.4.11";
const OF_ISSUER = ["commonName", "country", "stateOrProvinceName", "localityName", "organizationName"];

// Tags of DER, X.690 section 8.
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OID = 0x06;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const BMP_STRING = 0x1e;
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;
// General names of RFC 5280, section 4.2.1.6.
const EMAIL = 0x81;
const DNS = 0x82;
const URI = 0x86;
const IP = 0x87;

/** One value of DER: its tag and contents. */
class Value {
  readonly tag: number;
  readonly bytes: Buffer;
  constructor(tag: number, bytes: Buffer) {
    this.tag = tag;
    this.bytes = bytes;
  }

  /** The values that a constructed one holds. */
  get parts(): Value[] {
    const parts: Value[] = [];
    for (let at = 0; at < this.bytes.length; ) {
      const { value, end } = readValue(this.bytes, at);
      parts.push(value);
      at = end;
    }
    return parts;
  }

  part(index: number): Value {
    const part = this.parts[index];
    if (part === undefined) throw new RangeError("a part is missing");
    return part;
  }

  get oid(): string {
    const numbers: number[] = [];
    let number = 0;
    for (const byte of this.bytes) {
      number = number * 128 + (byte & 0x7f);
      if ((byte & 0x80) === 0) {
        numbers.push(number);
        number = 0;
      }
    }
    const [first = 0, ...rest] = numbers;
    const top = Math.min(2, Math.floor(first / 40));
    return [top, first - top * 40, ...rest].join(".");
  }

  get text(): string {
    if (this.tag === BMP_STRING) return Buffer.from(this.bytes).swap16().toString("utf16le");
    return this.bytes.toString(this.tag === UTF8_STRING ? "utf8" : "latin1");
  }

  /** "2026-11-21T03:09:13Z" of a UTCTime or GeneralizedTime. */
  get time(): string {
    const text = this.bytes.toString("latin1");
    const short = this.tag === UTC_TIME;
    const year = short ? `${Number(text.slice(0, 2)) < 50 ? "20" : "19"}${text.slice(0, 2)}` : text.slice(0, 4);
    const [month, day, hour, minute, second] = (text.slice(short ? 2 : 4).match(/\d\d/g) ?? []) as string[];
    return `${year}-${month}-${day}T${hour}:${minute}:${second}Z`;
  }
}

function readValue(bytes: Buffer, at: number): { value: Value; end: number } {
  const tag = bytes.readUInt8(at);
  let length = bytes.readUInt8(at + 1);
  let start = at + 2;
  if (length >= 0x80) {
    const size = length & 0x7f;
    length = bytes.readUIntBE(start, size);
    start += size;
  }
  if (start + length > bytes.length) throw new RangeError("a value is cut off");
  return { value: new Value(tag, bytes.subarray(start, start + length)), end: start + length };
}

/** @throws {GoError} In k6's words, if it is no certificate. */
function readCertificate(given: unknown): Certificate {
  const text = Buffer.from(toBytes(given)).toString("latin1");
  const block = /-----BEGIN ([^-]+)-----\s+([\sA-Za-z0-9+/=]*)-----END \1-----/.exec(text);
  if (block === null) throw new GoError("failed to decode certificate PEM file");
  const der = Buffer.from(block[2]!, "base64");
  try {
    return fromDer(der);
  } catch (error) {
    if (error instanceof RangeError) throw new GoError("failed to parse certificate: x509: malformed certificate");
    throw error;
  }
}

function fromDer(der: Buffer): Certificate {
  const certificate = readValue(der, 0).value;
  const fields = certificate.part(0).parts;
  if (fields[0]?.tag === VERSION) fields.shift();
  const [, , issuer, validity, subject, key, ...rest] = fields;
  if (issuer === undefined || validity === undefined || subject === undefined || key === undefined)
    throw new RangeError("a field is missing");
  return {
    subject: attributes(subject),
    issuer: attributes(issuer),
    notBefore: validity.part(0).time,
    notAfter: validity.part(1).time,
    altNames: altNames(rest.find((field) => field.tag === EXTENSIONS)),
    signatureAlgorithm: signatureAlgorithm(certificate.part(1)),
    publicKey: publicKey(key),
    fingerPrint: [...createHash("sha1").update(der).digest()],
  };
}

const attributes = (name: Value): Attribute[] =>
  name.parts.flatMap((set) => set.parts.map((pair) => ({ type: pair.part(0).oid, value: pair.part(1).text })));

function signatureAlgorithm(identifier: Value): string {
  const [oid, parameters] = identifier.parts;
  if (oid?.oid !== RSA_PSS) return SIGNATURES[oid?.oid ?? ""] ?? "UnknownSignatureAlgorithm";
  const hash = parameters?.parts
    .find((part) => part.tag === 0xa0)
    ?.part(0)
    .part(0).oid;
  return PSS_HASHES[hash ?? ""] ?? "UnknownSignatureAlgorithm";
}

/** k6 shows the fields of Go's key; of them, what fits into a script's values. */
function publicKey(info: Value): Certificate["publicKey"] {
  const algorithm = KEYS[info.part(0).part(0).oid];
  if (algorithm === undefined) throw new GoError("unsupported public key algorithm");
  const bits = info.part(1);
  if (algorithm !== "RSA" || bits.tag !== BIT_STRING) return { algorithm, key: {} };
  const [modulus, exponent] = readValue(bits.bytes, 1).value.parts;
  if (modulus?.tag !== INTEGER || exponent?.tag !== INTEGER) throw new RangeError("the key is not one of RSA");
  return {
    algorithm,
    key: {
      n: BigInt(`0x${modulus.bytes.toString("hex")}`).toString(),
      e: exponent.bytes.readUIntBE(0, exponent.bytes.length),
    },
  };
}

function altNames(extensions: Value | undefined): string[] {
  const extension = extensions
    ?.part(0)
    .parts.find((one) => one.parts[0]?.tag === OID && one.part(0).oid === SUBJECT_ALT_NAME);
  const holder = extension?.parts.at(-1);
  if (holder === undefined) return [];
  const names = readValue(holder.bytes, 0).value.parts;
  const of = (tag: number): Buffer[] => names.filter((name) => name.tag === tag).map((name) => name.bytes);
  const texts = (tag: number): string[] => of(tag).map((bytes) => bytes.toString("latin1"));
  return [...texts(DNS), ...texts(EMAIL), ...of(IP).map(ipText), ...texts(URI)];
}

function ipText(bytes: Buffer): string {
  if (bytes.length === 4) return [...bytes].join(".");
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16));
  const text = groups.join(":");
  // the longest run of zeros, of two at least, is left out (RFC 5952, section 4.2)
  const runs = [...text.matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)].sort(
    (a, b) => b[0].split(":").length - a[0].split(":").length,
  );
  const run = runs[0];
  if (run === undefined) return text;
  return `${text.slice(0, run.index)}::${text.slice(run.index + run[0].length).replace(/^:/, "")}`;
}

const x509: ModuleFactory = ({ rt }) => {
  const first = (name: Attribute[], type: string): string =>
    name.find((attribute) => attribute.type === type)?.value ?? "";
  // Go keeps the last common name, and the first of all others
  const member = (name: Attribute[], member: string): string =>
    member === "commonName" ? first([...name].reverse(), NAMES[member]!) : first(name, NAMES[member]!);
  const members = (name: Attribute[], wanted: readonly string[]): Record<string, unknown> =>
    Object.fromEntries(wanted.map((key) => [key, member(name, key)]));
  const subject = (name: Attribute[]): Record<string, unknown> => ({
    ...members(name, Object.keys(NAMES)),
    organizationalUnitName: name.filter(({ type }) => type === ORGANIZATIONAL_UNIT).map(({ value }) => value),
    names: name,
  });
  const issuer = (name: Attribute[]): Record<string, unknown> => ({ ...members(name, OF_ISSUER), names: name });
  const made = (value: unknown): unknown => rt.json(JSON.stringify(value));
  const reader = (name: string, pick: (certificate: Certificate) => unknown) =>
    rt.fn(name, 1, ([encoded]) => made(pick(readCertificate(encoded))));
  return {
    named: {
      parse: reader("parse", (certificate) => ({
        ...certificate,
        subject: subject(certificate.subject),
        issuer: issuer(certificate.issuer),
      })),
      getAltNames: reader("getAltNames", (certificate) => certificate.altNames),
      getIssuer: reader("getIssuer", (certificate) => issuer(certificate.issuer)),
      getSubject: reader("getSubject", (certificate) => subject(certificate.subject)),
    },
  };
};

export default x509;
