/**
 * Digest authentication (RFC 7616): a challenge in, the Authorization value of the second request out.
 *
 * k6 asks once without it for every request and answers the challenge that comes back, so the nonce count is always 1.
 * MD5, SHA-256 and SHA-512-256, each also as a session variant; qop `auth`, `auth-int` or none.
 */
import process from "node:process";

/** Loaded by the first request that authenticates so. */
const crypto = () => process.getBuiltinModule("node:crypto");

export interface DigestRequest {
  method: string;
  /** Path and query as on the request line. */
  uri: string;
  body: Uint8Array;
  username: string;
  password: string;
  /** Only given in tests; random otherwise. */
  cnonce?: string;
}

const HASHES: Record<string, string> = { md5: "md5", "sha-256": "sha256", "sha-512-256": "sha512-256" };

/**
 * Answers the first Digest challenge that can be answered.
 *
 * @param challenges Values of WWW-Authenticate.
 * @returns `undefined` if there is none.
 */
export function digestAuthorization(challenges: readonly string[], request: DigestRequest): string | undefined {
  for (const challenge of challenges) {
    const fields = parseChallenge(challenge);
    const answer = fields && respond(fields, request);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

/** Fields of a Digest challenge with names in lower case; `undefined` for other schemes. */
export function parseChallenge(value: string): Map<string, string> | undefined {
  const scheme = /^\s*digest\s+/i.exec(value);
  if (!scheme) return undefined;
  const fields = new Map<string, string>();
  for (const found of value
    .slice(scheme[0].length)
    .matchAll(/([A-Za-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/g)) {
    fields.set(found[1]!.toLowerCase(), found[2]?.replace(/\\(.)/g, "$1") ?? found[3] ?? "");
  }
  return fields;
}

function respond(challenge: Map<string, string>, request: DigestRequest): string | undefined {
  const algorithm = challenge.get("algorithm") ?? "MD5";
  const isSession = /-sess$/i.test(algorithm);
  const hashName = HASHES[algorithm.toLowerCase().replace(/-sess$/, "")];
  if (hashName === undefined) return undefined;
  const hash = (data: string | Uint8Array) => crypto().createHash(hashName).update(data).digest("hex");

  const realm = challenge.get("realm") ?? "";
  const nonce = challenge.get("nonce") ?? "";
  const offered = (challenge.get("qop") ?? "").split(",").map((each) => each.trim().toLowerCase());
  const qop = offered.includes("auth") ? "auth" : offered.includes("auth-int") ? "auth-int" : "";
  const cnonce = request.cnonce ?? crypto().randomBytes(16).toString("hex");
  const nc = "00000001";

  let ha1 = hash(`${request.username}:${realm}:${request.password}`);
  if (isSession) ha1 = hash(`${ha1}:${nonce}:${cnonce}`);
  const entity = qop === "auth-int" ? `:${hash(request.body)}` : "";
  const ha2 = hash(`${request.method}:${request.uri}${entity}`);
  const response = qop === "" ? hash(`${ha1}:${nonce}:${ha2}`) : hash(`${ha1}:${nonce}:${nc}:${cnonce}:${qop}:${ha2}`);

  const fields = [
    `username=${quoted(request.username)}`,
    `realm=${quoted(realm)}`,
    `nonce=${quoted(nonce)}`,
    `uri=${quoted(request.uri)}`,
    `response="${response}"`,
  ];
  if (challenge.has("algorithm")) fields.push(`algorithm=${algorithm}`);
  if (challenge.has("opaque")) fields.push(`opaque=${quoted(challenge.get("opaque")!)}`);
  if (qop !== "") fields.push(`qop=${qop}`, `nc=${nc}`);
  if (qop !== "" || isSession) fields.push(`cnonce="${cnonce}"`);
  return `Digest ${fields.join(", ")}`;
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}
