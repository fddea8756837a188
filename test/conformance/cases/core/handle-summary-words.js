// @about: handleSummary() cannot return numbers wider than a byte as contents
export default function () {}
export function handleSummary() {
  return { 'wide.txt': new Uint16Array([104, 105]) };
}
