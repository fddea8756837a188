/** Stands in for jslib.k6.io/totp, every version: one-time passwords by the clock (RFC 6238, with SHA-1). */

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BITS_PER_LETTER = 5;

/** The bytes that a secret in base32 stands for (RFC 4648); bits that do not fill a byte are left out. */
function decodeBase32(text) {
  const bytes = [];
  let bits = 0;
  let value = 0;
  for (const letter of text.toUpperCase().replace(/[=\s]/g, "")) {
    const index = ALPHABET.indexOf(letter);
    if (index < 0) throw new Error(`invalid base32 character: ${letter}`);
    value = (value << BITS_PER_LETTER) | index;
    bits += BITS_PER_LETTER;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((value >> bits) & 0xff);
      value &= (1 << bits) - 1;
    }
  }
  return Uint8Array.from(bytes);
}

export class TOTP {
  constructor(key, digits = 6) {
    this.key = key;
    this.digits = digits;
  }

  /** The code of now. `timeStep` is how long one holds, `bias` is taken off the time; both are seconds. */
  async gen(timeStep = 30, bias = 0) {
    const counter = new DataView(new ArrayBuffer(8));
    counter.setBigUint64(0, BigInt(Math.floor((Date.now() / 1000 - bias) / timeStep)));
    const key = await crypto.subtle.importKey("raw", decodeBase32(this.key), { name: "HMAC", hash: "SHA-1" }, false, ["sign"]);
    const hash = new DataView(await crypto.subtle.sign("HMAC", key, counter.buffer));
    // RFC 4226, section 5.3: the last four bits say where the code is taken from.
    const offset = hash.getUint8(hash.byteLength - 1) & 0xf;
    const code = (hash.getUint32(offset) & 0x7fffffff) % 10 ** this.digits;
    return String(code).padStart(this.digits, "0");
  }

  async verify(code, timeStep = 30) {
    return code === (await this.gen(timeStep));
  }
}
