/**
 * The option `localIPs`: from which of this machine's addresses a VU connects.
 *
 * Addresses, ranges and networks count as one long list; of an IPv4 network with more than two addresses the first and
 * the last are reserved. A VU takes the address at its number, beginning anew at the end of the list.
 *
 * Behaviour: k6 docs, options, "Local IPs".
 */
import { formatIp, ipBytes, parseCidr } from "./guards.ts";

interface Block {
  first: bigint;
  count: bigint;
  /** 4 or 16. */
  bytes: number;
}

export class LocalIps {
  readonly #blocks: Block[];
  readonly #count: bigint;

  /** @param text As the options took it: they have checked it. */
  constructor(text: string) {
    this.#blocks = text.split(",").map(parseBlock);
    this.#count = this.#blocks.reduce((sum, block) => sum + block.count, 0n);
  }

  /** The address at a position, 0-based. */
  at(index: number): string {
    let left = BigInt(index) % this.#count;
    for (const { first, count, bytes } of this.#blocks) {
      if (left < count) return formatIp(toBytes(first + left, bytes));
      left -= count;
    }
    throw new RangeError(`internal error: no local address ${index}`);
  }
}

function parseBlock(text: string): Block {
  if (text.includes("/")) {
    const { bytes, prefixBits } = parseCidr(text);
    const count = 1n << BigInt(bytes.length * 8 - prefixBits);
    const first = toNumber(bytes);
    const reserves = bytes.length === 4 && count > 2n;
    return { first: reserves ? first + 1n : first, count: reserves ? count - 2n : count, bytes: bytes.length };
  }
  const [from, to = from] = text.split("-") as [string, string | undefined];
  const bytes = ipBytes(from);
  const last = ipBytes(to);
  if (bytes === undefined || last === undefined) throw new RangeError(`${text} is not a valid IP, IP range or CIDR`);
  const first = toNumber(bytes);
  return { first, count: toNumber(last) - first + 1n, bytes: bytes.length };
}

const toNumber = (bytes: Uint8Array): bigint => bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

function toBytes(value: bigint, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = length - 1; i >= 0; i--, value >>= 8n) bytes[i] = Number(value & 0xffn);
  return bytes;
}
