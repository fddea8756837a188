// @about: handleSummary() may return bytes as an ArrayBuffer or Uint8Array
// @files: buffer.txt view.txt
// @stdout
export default function () {}
export function handleSummary() {
  const bytes = new Uint8Array([104, 105, 10, 33]);
  return { 'buffer.txt': bytes.buffer, 'view.txt': bytes.subarray(0, 3) };
}
