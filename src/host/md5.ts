/** MD5, for names that must be the same in every run; by the runtime itself where it can, since node:crypto takes 3 ms to load. */
import process from "node:process";

/** @returns 32 hexadecimal digits for the UTF-8 bytes of a text. */
export function md5(text: string): string {
  const { Bun: bun } = globalThis as { Bun?: { MD5: { hash(text: string, encoding: "hex"): string } } };
  if (bun) return bun.MD5.hash(text, "hex");
  return process.getBuiltinModule("node:crypto").createHash("md5").update(text).digest("hex");
}
