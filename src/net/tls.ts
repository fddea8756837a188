/**
 * TLS of a test: k6's options become `node:tls` options, and the peer's certificate is judged as Go judges it.
 *
 * The runtime is always told not to reject (`rejectUnauthorized: false`); `TlsClient.verify` then decides, before a byte
 * of the request is sent. So the order of the checks (dates, name, authority) and the texts are Go's on every runtime.
 * Roots are the system's, as for Go: SSL_CERT_FILE and SSL_CERT_DIR first, then the usual places; the runtime's own
 * list only where the system has none.
 *
 * Behaviour: k6 docs, options, "TLS auth", "TLS cipher suites", "TLS version", "Insecure skip TLS verify".
 */
import process from "node:process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ConnectionOptions, PeerCertificate, SecureContext, SecureContextOptions, TLSSocket } from "node:tls";
import { UserError } from "../base/errors.ts";
import { ExitCode } from "../base/exit-codes.ts";
import {
  certificateFailure,
  certificateHostFailure,
  type Failure,
  genericFailure,
  unknownAuthorityFailure,
} from "./error-codes.ts";
import { formatIp, HostPatterns, ipBytes } from "./guards.ts";
import { isIP } from "../base/ip.ts";

export type TlsVersion = "tls1.0" | "tls1.1" | "tls1.2" | "tls1.3";

export interface TlsAuth {
  /** PEM. */
  cert: string;
  key: string;
  password?: string;
  /** Names to present the certificate to, perhaps with a leading `*`; every name if there are none. */
  domains?: readonly string[];
}

export interface TlsSettings {
  insecureSkipTLSVerify?: boolean;
  tlsVersion?: { min?: TlsVersion; max?: TlsVersion };
  /** Go's names, e.g. `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256`. */
  tlsCipherSuites?: readonly string[];
  tlsAuth?: readonly TlsAuth[];
  /** Read for SSL_CERT_FILE and SSL_CERT_DIR. */
  environment?: Readonly<Record<string, string | undefined>>;
  /** Wall clock, for certificate dates. */
  nowMs?: () => number;
}

type NodeTlsVersion = "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3";

const NODE_VERSION: Record<TlsVersion, NodeTlsVersion> = {
  "tls1.0": "TLSv1",
  "tls1.1": "TLSv1.1",
  "tls1.2": "TLSv1.2",
  "tls1.3": "TLSv1.3",
};

/** Go's names of cipher suites, with OpenSSL's. */
const CIPHER_SUITES: Record<string, string> = {
  TLS_RSA_WITH_RC4_128_SHA: "RC4-SHA",
  TLS_RSA_WITH_3DES_EDE_CBC_SHA: "DES-CBC3-SHA",
  TLS_RSA_WITH_AES_128_CBC_SHA: "AES128-SHA",
  TLS_RSA_WITH_AES_256_CBC_SHA: "AES256-SHA",
  TLS_RSA_WITH_AES_128_CBC_SHA256: "AES128-SHA256",
  TLS_RSA_WITH_AES_128_GCM_SHA256: "AES128-GCM-SHA256",
  TLS_RSA_WITH_AES_256_GCM_SHA384: "AES256-GCM-SHA384",
  TLS_ECDHE_ECDSA_WITH_RC4_128_SHA: "ECDHE-ECDSA-RC4-SHA",
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA: "ECDHE-ECDSA-AES128-SHA",
  TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA: "ECDHE-ECDSA-AES256-SHA",
  TLS_ECDHE_RSA_WITH_RC4_128_SHA: "ECDHE-RSA-RC4-SHA",
  TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA: "ECDHE-RSA-DES-CBC3-SHA",
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA: "ECDHE-RSA-AES128-SHA",
  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA: "ECDHE-RSA-AES256-SHA",
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: "ECDHE-RSA-AES128-GCM-SHA256",
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: "ECDHE-ECDSA-AES128-GCM-SHA256",
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: "ECDHE-RSA-AES256-GCM-SHA384",
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: "ECDHE-ECDSA-AES256-GCM-SHA384",
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256: "ECDHE-ECDSA-AES128-SHA256",
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305: "ECDHE-RSA-CHACHA20-POLY1305",
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305: "ECDHE-ECDSA-CHACHA20-POLY1305",
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256: "ECDHE-RSA-AES128-SHA256",
  TLS_AES_128_GCM_SHA256: "TLS_AES_128_GCM_SHA256",
  TLS_AES_256_GCM_SHA384: "TLS_AES_256_GCM_SHA384",
  TLS_CHACHA20_POLY1305_SHA256: "TLS_CHACHA20_POLY1305_SHA256",
};

/** Suites that the runtime's TLS has no more; a list may name them beside others. */
const ABSENT_SUITES: readonly string[] = ["RC4-SHA", "ECDHE-ECDSA-RC4-SHA", "ECDHE-RSA-RC4-SHA", "AES128-SHA256"];

const TLS13_SUITES = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"];

const GO_NAME = new Map(Object.entries(CIPHER_SUITES).map(([go, openssl]) => [openssl, go]));

/** What a response says of its connection: `tls1.3`, and Go's name of the cipher suite. */
export interface TlsInfo {
  version: string;
  cipherSuite: string;
}

export function tlsInfo(socket: TLSSocket): TlsInfo {
  const protocol = socket.getProtocol() ?? "";
  const version = protocol === "TLSv1" ? "tls1.0" : protocol.replace("TLSv", "tls");
  const cipher = socket.getCipher();
  return { version, cipherSuite: GO_NAME.get(cipher?.name ?? "") ?? cipher?.standardName ?? "" };
}

const RECORD_BYTES_MAX = 16_384;
/** Client hello (with a post-quantum key share) and finished message; the runtime does not tell, this is what was seen. */
const HANDSHAKE_SENT_BYTES = 1_560;

/**
 * What so many bytes become on the wire: k6 counts below TLS, and the runtimes do not count what a TLS socket sends.
 *
 * @param info Of the connection; `undefined` for one without TLS.
 */
export function wireBytesSent(plainBytes: number, info: TlsInfo | undefined, isFirst: boolean): number {
  if (info === undefined) return plainBytes;
  // Header, content type and tag; TLS 1.2 also sends the nonce.
  const recordBytes = info.version === "tls1.3" ? 22 : 29;
  return plainBytes + Math.ceil(plainBytes / RECORD_BYTES_MAX) * recordBytes + (isFirst ? HANDSHAKE_SENT_BYTES : 0);
}

/** The TLS side of one thread's connections. Contexts are made when first needed and shared. */
export class TlsClient {
  readonly #settings: TlsSettings;
  readonly #contexts: (SecureContext | undefined)[] = [];
  readonly #certificates: HostPatterns<number>;

  /** @throws {UserError} If a certificate, key or cipher suite cannot be used. */
  constructor(settings: TlsSettings = {}) {
    this.#settings = settings;
    this.#certificates = new HostPatterns(
      (settings.tlsAuth ?? []).flatMap((auth, index) => (auth.domains ?? []).map((name) => [name, index] as const)),
    );
    for (const name of settings.tlsCipherSuites ?? []) {
      if (CIPHER_SUITES[name] === undefined) throw cipherSuiteError(name);
    }
  }

  /**
   * Options for `tls.connect` to a host; the caller adds `socket` or `host` and `port`.
   *
   * @param hostname The URL's host, without port and brackets: it is verified, and sent as SNI unless it is an address.
   * @param protocols ALPN protocols to offer, e.g. `["h2", "http/1.1"]`.
   */
  connectOptions(hostname: string, protocols?: readonly string[]): ConnectionOptions {
    const options: ConnectionOptions = {
      secureContext: this.#context(this.#certificateFor(hostname)),
      rejectUnauthorized: false,
      checkServerIdentity: acceptAnyName,
    };
    if (isIP(hostname) === 0) options.servername = hostname;
    if (protocols) options.ALPNProtocols = [...protocols];
    return options;
  }

  /** The same options in plain values, for clients that take no secure context (the runtime's WebSocket). */
  plainOptions(hostname: string): SecureContextOptions {
    return this.#contextOptions(this.#certificateFor(hostname));
  }

  get insecureSkipVerify(): boolean {
    return this.#settings.insecureSkipTLSVerify === true;
  }

  /** What makes every handshake with these options impossible, if anything. */
  get refusal(): Failure | undefined {
    const { min = "tls1.2", max = "tls1.3" } = this.#settings.tlsVersion ?? {};
    const { tlsVersion } = this.#settings;
    if (tlsVersion?.min !== undefined && min > max) {
      return genericFailure("tls: no supported versions satisfy MinVersion and MaxVersion");
    }
    const suites = this.#settings.tlsCipherSuites ?? [];
    if (max < "tls1.3" && suites.length > 0 && suites.every((name) => ABSENT_SUITES.includes(CIPHER_SUITES[name]!))) {
      return genericFailure(`tls: this runtime has no cipher suite ${suites.join(", ")}`);
    }
    return undefined;
  }

  /** Judges the peer's certificate after the handshake. @returns What is wrong with it, if anything and if it matters. */
  verify(socket: TLSSocket, hostname: string): Failure | undefined {
    if (this.#settings.insecureSkipTLSVerify) return undefined;
    const error = socket.authorizationError as unknown;
    const code = typeof error === "string" ? error : ((error as { code?: string } | null)?.code ?? "");
    return judge(socket.getPeerCertificate(), {
      hostname,
      chainError: socket.authorized ? "" : code || "UNKNOWN",
      nowMs: (this.#settings.nowMs ?? Date.now)(),
    });
  }

  /** Index into `tlsAuth`, or -1. A certificate for every domain, or the first one, where none names the host. */
  #certificateFor(hostname: string): number {
    const all = this.#settings.tlsAuth ?? [];
    if (all.length === 0) return -1;
    const named = this.#certificates.match(hostname);
    if (named) return named.value;
    const open = all.findIndex((auth) => (auth.domains ?? []).length === 0);
    return Math.max(open, 0);
  }

  #context(certificate: number): SecureContext {
    return (this.#contexts[certificate + 1] ??= this.#createContext(certificate));
  }

  #createContext(certificate: number): SecureContext {
    try {
      return tlsModule().createSecureContext(this.#contextOptions(certificate));
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const what = certificate < 0 ? "TLS options" : `"tlsAuth" entry ${certificate + 1}`;
      throw new UserError("tls-options", {
        message: `Cannot use the ${what}: ${reason}`,
        hint: "Certificate and key are PEM texts that belong together; cipher suites must be among those of this runtime",
        exitCode: ExitCode.InvalidConfig,
        cause,
      });
    }
  }

  #contextOptions(certificate: number): SecureContextOptions {
    const { tlsVersion, tlsCipherSuites, insecureSkipTLSVerify, environment } = this.#settings;
    const options: SecureContextOptions = { minVersion: NODE_VERSION[tlsVersion?.min ?? "tls1.2"] };
    if (tlsVersion?.max) options.maxVersion = NODE_VERSION[tlsVersion.max];
    if (tlsVersion?.max && !tlsVersion.min && tlsVersion.max < "tls1.2") options.minVersion = options.maxVersion!;
    if (tlsCipherSuites && tlsCipherSuites.length > 0) {
      // Go does not let TLS 1.3 suites be chosen: it offers all of them, whatever the list says.
      const chosen = tlsCipherSuites
        .map((name) => CIPHER_SUITES[name]!)
        .filter((name) => !ABSENT_SUITES.includes(name));
      options.ciphers = [...new Set([...chosen, ...TLS13_SUITES])].join(":");
    }
    if (!insecureSkipTLSVerify) {
      const roots = systemRoots(environment ?? {});
      if (roots !== undefined) options.ca = roots;
    }
    const auth = this.#settings.tlsAuth?.[certificate];
    if (auth) {
      options.cert = auth.cert;
      options.key = auth.key;
      if (auth.password !== undefined) options.passphrase = auth.password;
    }
    return options;
  }
}

/** Loaded when the first TLS connection is made. */
const tlsModule = () => process.getBuiltinModule("node:tls");

function acceptAnyName(): undefined {
  return undefined;
}

function cipherSuiteError(name: string): UserError {
  return new UserError("tls-cipher-suite", {
    message: `Cannot use the option "tlsCipherSuites": there is no cipher suite "${name}"`,
    hint: `Known ones are ${Object.keys(CIPHER_SUITES).join(", ")}`,
    exitCode: ExitCode.InvalidConfig,
  });
}

/** Where Linux distributions and the BSDs keep all roots in one file, in the order in which Go looks. */
const ROOT_FILES = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/pki/tls/cacert.pem",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/ssl/cert.pem",
  "/usr/local/etc/ssl/cert.pem",
  "/usr/local/share/certs/ca-root-nss.crt",
];

const rootsByPlace = new Map<string, string | undefined>();

/**
 * The certificates to trust, as one PEM text; `undefined` leaves the runtime's own.
 *
 * SSL_CERT_FILE replaces the usual files, SSL_CERT_DIR (folders separated by colons) adds every file in its folders.
 */
export function systemRoots(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const file = environment["SSL_CERT_FILE"] || undefined;
  const folders = environment["SSL_CERT_DIR"] || undefined;
  const place = `${file ?? ""}\n${folders ?? ""}`;
  if (rootsByPlace.has(place)) return rootsByPlace.get(place);

  const texts: string[] = [];
  for (const candidate of file === undefined ? ROOT_FILES : [file]) {
    const text = readIfThere(candidate);
    if (text !== undefined) {
      texts.push(text);
      break;
    }
  }
  for (const folder of folders?.split(":") ?? []) {
    for (const name of listIfThere(folder)) {
      const text = readIfThere(join(folder, name));
      if (text?.includes("-----BEGIN CERTIFICATE-----")) texts.push(text);
    }
  }
  let roots: string | undefined;
  if (texts.length > 0) roots = texts.join("\n");
  else if (file === undefined && folders === undefined && tlsModule().rootCertificates.length > 0) roots = undefined;
  else roots = ""; // What the user named holds nothing: then nothing is trusted, as with Go.
  rootsByPlace.set(place, roots);
  return roots;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return undefined; // Go skips files that are missing or unreadable, too.
  }
}

function listIfThere(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return []; // As above.
  }
}

export interface Judgement {
  hostname: string;
  /** OpenSSL's verdict on the chain, `""` if it is good. */
  chainError: string;
  nowMs: number;
}

/** Go's order: the leaf's dates, its names, then the chain. */
export function judge(certificate: PeerCertificate, { hostname, chainError, nowMs }: Judgement): Failure | undefined {
  const expired = judgeDates(certificate, nowMs);
  if (expired) return certificateFailure(expired);
  const misnamed = judgeName(certificate, hostname);
  if (misnamed) return certificateHostFailure(misnamed);
  switch (chainError) {
    case "":
      return undefined;
    case "CERT_HAS_EXPIRED":
    case "CERT_NOT_YET_VALID":
      return certificateFailure("x509: certificate has expired or is not yet valid: ");
    case "INVALID_PURPOSE":
      return certificateFailure("x509: certificate specifies an incompatible key usage");
    default:
      return unknownAuthorityFailure();
  }
}

function judgeDates(certificate: PeerCertificate, nowMs: number): string | undefined {
  const from = Date.parse(certificate.valid_from ?? "");
  const to = Date.parse(certificate.valid_to ?? "");
  const text = (relation: string, limitMs: number) =>
    "x509: certificate has expired or is not yet valid: " +
    `current time ${rfc3339(nowMs)} is ${relation} ${rfc3339(limitMs)}`;
  if (nowMs < from) return text("before", from);
  if (nowMs > to) return text("after", to);
  return undefined;
}

function rfc3339(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}

function judgeName(certificate: PeerCertificate, hostname: string): string | undefined {
  const names: string[] = [];
  const ips: string[] = [];
  for (const entry of splitAltNames(certificate.subjectaltname ?? "")) {
    if (entry.startsWith("DNS:")) names.push(entry.slice(4));
    else if (entry.startsWith("IP Address:")) ips.push(canonicalIp(entry.slice(11)));
  }
  if (isIP(hostname) !== 0) {
    const wanted = canonicalIp(hostname);
    if (ips.includes(wanted)) return undefined;
    if (ips.length === 0) {
      return `x509: cannot validate certificate for ${hostname} because it doesn't contain any IP SANs`;
    }
    return `x509: certificate is valid for ${ips.join(", ")}, not ${hostname}`;
  }
  const wanted = hostname.toLowerCase().replace(/\.$/, "");
  if (names.some((name) => nameMatches(name.toLowerCase(), wanted))) return undefined;
  if (!certificate.subjectaltname && certificate.subject?.CN) {
    return "x509: certificate relies on legacy Common Name field, use SANs instead";
  }
  if (names.length === 0) return `x509: certificate is not valid for any names, but wanted to match ${hostname}`;
  return `x509: certificate is valid for ${names.join(", ")}, not ${hostname}`;
}

/** `DNS:a, IP Address:1.2.3.4`; a value that holds separators is quoted as JSON by Node. */
function splitAltNames(text: string): string[] {
  return (text.match(/(?:[^,"]|"(?:[^"\\]|\\.)*")+/g) ?? []).map((entry) =>
    entry.trim().replace(/^([A-Za-z ]+:)(".*")$/, (_, kind: string, value: string) => kind + JSON.parse(value)),
  );
}

function canonicalIp(text: string): string {
  const bytes = ipBytes(text.trim());
  return bytes === undefined ? text.trim() : formatIp(bytes);
}

/** RFC 6125 as Go reads it: `*` stands for exactly the leftmost label. */
function nameMatches(pattern: string, host: string): boolean {
  if (!pattern.startsWith("*.")) return pattern === host;
  const dot = host.indexOf(".");
  return dot > 0 && host.slice(dot) === pattern.slice(1);
}
