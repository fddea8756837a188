/**
 * NTLMv2 authentication over HTTP: the two messages of a client.
 *
 * A request without credentials is refused with `WWW-Authenticate: NTLM` (or `Negotiate`); the client sends its NEGOTIATE
 * message, gets a CHALLENGE and answers with AUTHENTICATE, all on one connection. Signing and sealing are not used.
 *
 * [MS-NLMP], sections 2.2.1 and 3.3.2. MD4 is written out below because OpenSSL 3 no longer offers it.
 */
import process from "node:process";

/** Loaded by the first request that authenticates so. */
const crypto = () => process.getBuiltinModule("node:crypto");

const SIGNATURE = Buffer.from("NTLMSSP\0", "latin1");

const Flag = {
  Unicode: 0x00000001,
  Oem: 0x00000002,
  RequestTarget: 0x00000004,
  LmKey: 0x00000080,
  Ntlm: 0x00000200,
  OemDomainSupplied: 0x00001000,
  AlwaysSign: 0x00008000,
  ExtendedSessionSecurity: 0x00080000,
  TargetInfo: 0x00800000,
  Version: 0x02000000,
  Key128: 0x20000000,
  KeyExchange: 0x40000000,
  Key56: 0x80000000,
} as const;

const OFFERED =
  Flag.Unicode |
  Flag.RequestTarget |
  Flag.Ntlm |
  Flag.ExtendedSessionSecurity |
  Flag.TargetInfo |
  Flag.Version |
  Flag.Key128 |
  Flag.Key56;

/** Windows 6.1.7601, NTLM revision 15: what the field must hold for servers that look at it. */
const VERSION = Buffer.from([6, 1, 0xb1, 0x1d, 0, 0, 0, 15]);

export interface NtlmCredentials {
  /** `user`, `DOMAIN\user` or `user@domain`. */
  username: string;
  password: string;
}

/** The scheme that a refused request may be repeated with; NTLM before Negotiate, as the server lists them. */
export function ntlmScheme(challenges: readonly string[]): "NTLM" | "Negotiate" | undefined {
  for (const challenge of challenges) {
    if (/^\s*ntlm\b/i.test(challenge)) return "NTLM";
    if (/^\s*negotiate\b/i.test(challenge)) return "Negotiate";
  }
  return undefined;
}

/** The bytes of a CHALLENGE message in a WWW-Authenticate field, if there are any. */
export function ntlmToken(challenges: readonly string[]): Buffer | undefined {
  for (const challenge of challenges) {
    const found = /^\s*(?:ntlm|negotiate)\s+([A-Za-z0-9+/=]+)\s*$/i.exec(challenge);
    if (found) return Buffer.from(found[1]!, "base64");
  }
  return undefined;
}

export function negotiateMessage(credentials: NtlmCredentials): Buffer {
  const domain = Buffer.from(splitDomain(credentials.username).domain.toUpperCase(), "latin1");
  const message = Buffer.alloc(40);
  SIGNATURE.copy(message);
  message.writeUInt32LE(1, 8);
  message.writeUInt32LE((OFFERED | (domain.length > 0 ? Flag.OemDomainSupplied : 0)) >>> 0, 12);
  writeField(message, 16, domain.length, 40);
  writeField(message, 24, 0, 40 + domain.length);
  VERSION.copy(message, 32);
  return Buffer.concat([message, domain]);
}

/** Given in tests; the present and random bytes otherwise. */
export interface NtlmNoise {
  clientChallenge?: Buffer;
  nowMs?: number;
}

/**
 * Answers a CHALLENGE message.
 *
 * @throws {Error} If the challenge is malformed or asks for what NTLMv2 over HTTP does not have.
 */
export function authenticateMessage(challenge: Buffer, credentials: NtlmCredentials, noise: NtlmNoise = {}): Buffer {
  const { serverChallenge, flags, targetName, targetInfo } = readChallenge(challenge);
  const { user, domain } = splitDomain(credentials.username);
  const isUpn = !credentials.username.includes("\\") && credentials.username.includes("@");
  const target = isUpn ? "" : domain || targetName;

  const identity = Buffer.from(user.toUpperCase() + target, "utf16le");
  const key = hmacMd5(md4(Buffer.from(credentials.password, "utf16le")), identity);
  const clientChallenge = noise.clientChallenge ?? crypto().randomBytes(8);
  const time = serverTime(targetInfo) ?? fileTime(noise.nowMs ?? Date.now());
  const temp = Buffer.concat([
    Buffer.from([1, 1, 0, 0, 0, 0, 0, 0]),
    time,
    clientChallenge,
    Buffer.alloc(4),
    targetInfo,
    Buffer.alloc(4),
  ]);
  const ntResponse = Buffer.concat([hmacMd5(key, Buffer.concat([serverChallenge, temp])), temp]);
  const lmResponse =
    targetInfo.length > 0
      ? Buffer.alloc(24)
      : Buffer.concat([hmacMd5(key, Buffer.concat([serverChallenge, clientChallenge])), clientChallenge]);

  const parts = [lmResponse, ntResponse, Buffer.from(target, "utf16le"), Buffer.from(user, "utf16le"), Buffer.alloc(0)];
  const header = Buffer.alloc(88);
  SIGNATURE.copy(header);
  header.writeUInt32LE(3, 8);
  let offset = header.length;
  parts.forEach((part, i) => {
    writeField(header, 12 + 8 * i, part.length, offset);
    offset += part.length;
  });
  writeField(header, 52, 0, offset);
  header.writeUInt32LE(((OFFERED & flags) | Flag.ExtendedSessionSecurity) >>> 0, 60);
  VERSION.copy(header, 64);
  return Buffer.concat([header, ...parts]);
}

function readChallenge(message: Buffer): {
  serverChallenge: Buffer;
  flags: number;
  targetName: string;
  targetInfo: Buffer;
} {
  if (message.length < 32 || !message.subarray(0, 8).equals(SIGNATURE) || message.readUInt32LE(8) !== 2) {
    throw new Error("invalid NTLM challenge message");
  }
  const flags = message.readUInt32LE(20);
  if (flags & Flag.LmKey) {
    throw new Error("only NTLM v2 is supported, but server requested v1 (NTLMSSP_NEGOTIATE_LM_KEY)");
  }
  if (flags & Flag.KeyExchange) {
    throw new Error("key exchange requested but not supported (NTLMSSP_NEGOTIATE_KEY_EXCH)");
  }
  return {
    flags,
    serverChallenge: message.subarray(24, 32),
    targetName: readField(message, 12).toString(flags & Flag.Unicode ? "utf16le" : "latin1"),
    targetInfo: flags & Flag.TargetInfo && message.length >= 48 ? readField(message, 40) : Buffer.alloc(0),
  };
}

function readField(message: Buffer, at: number): Buffer {
  const length = message.readUInt16LE(at);
  const offset = message.readUInt32LE(at + 4);
  if (offset + length > message.length) throw new Error("invalid NTLM challenge message: field outside of the message");
  return message.subarray(offset, offset + length);
}

function writeField(message: Buffer, at: number, length: number, offset: number): void {
  message.writeUInt16LE(length, at);
  message.writeUInt16LE(length, at + 2);
  message.writeUInt32LE(offset, at + 4);
}

function splitDomain(username: string): { domain: string; user: string } {
  const slash = username.indexOf("\\");
  return slash < 0
    ? { domain: "", user: username }
    : { domain: username.slice(0, slash), user: username.slice(slash + 1) };
}

/** MsvAvTimestamp among the server's attribute pairs. */
function serverTime(targetInfo: Buffer): Buffer | undefined {
  for (let at = 0; at + 4 <= targetInfo.length; ) {
    const id = targetInfo.readUInt16LE(at);
    const length = targetInfo.readUInt16LE(at + 2);
    if (id === 0) return undefined;
    if (id === 7 && length === 8) return targetInfo.subarray(at + 4, at + 12);
    at += 4 + length;
  }
  return undefined;
}

/** 100-nanosecond steps since 1601. */
function fileTime(nowMs: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(Math.trunc(nowMs)) * 10_000n + 116_444_736_000_000_000n);
  return bytes;
}

function hmacMd5(key: Buffer, data: Buffer): Buffer {
  return crypto().createHmac("md5", key).update(data).digest();
}

/** RFC 1320. */
export function md4(data: Buffer): Buffer {
  const padded = Buffer.alloc(((data.length + 8) >> 6) * 64 + 64);
  data.copy(padded);
  padded[data.length] = 0x80;
  padded.writeBigUInt64LE(BigInt(data.length) * 8n, padded.length - 8);

  let [a, b, c, d] = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
  const rotate = (value: number, by: number) => (value << by) | (value >>> (32 - by));
  for (let block = 0; block < padded.length; block += 64) {
    const x = (i: number) => padded.readInt32LE(block + 4 * i);
    const saved = [a, b, c, d] as const;
    const round = (order: readonly number[], shifts: readonly number[], mix: () => number, constant: number) => {
      order.forEach((word, i) => {
        const next = rotate((a + mix() + x(word) + constant) | 0, shifts[i & 3]!);
        [a, b, c, d] = [d, next, b, c];
      });
    };
    round(ROUND_1, [3, 7, 11, 19], () => (b & c) | (~b & d), 0);
    round(ROUND_2, [3, 5, 9, 13], () => (b & c) | (b & d) | (c & d), 0x5a827999);
    round(ROUND_3, [3, 9, 11, 15], () => b ^ c ^ d, 0x6ed9eba1);
    a = (a + saved[0]) | 0;
    b = (b + saved[1]) | 0;
    c = (c + saved[2]) | 0;
    d = (d + saved[3]) | 0;
  }
  const digest = Buffer.alloc(16);
  for (const [i, word] of [a, b, c, d].entries()) digest.writeInt32LE(word | 0, 4 * i);
  return digest;
}

const ROUND_1 = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
const ROUND_2 = [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15];
const ROUND_3 = [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15];
