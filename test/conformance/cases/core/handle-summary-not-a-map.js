// @about: handleSummary that returns a list
// @stdout
export default function () {}
export function handleSummary() {
  return ['text'];
}
