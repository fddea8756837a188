// @about: handleSummary() that returns what counts as false leaves the usual summary
// @stdout: loose
export default function () {}
export function handleSummary() {
  return '';
}
