// @about: handleSummary with bytes in a Uint8Array
// @stdout
// @files: bytes.bin
export default function () {}
export function handleSummary() {
  return { stdout: new Uint8Array([104, 105, 10]), 'bytes.bin': new Uint8Array([0, 104, 105]).subarray(1) };
}
