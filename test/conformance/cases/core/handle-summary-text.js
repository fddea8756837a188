// @about: handleSummary() that returns no object is an error
// @stdout
export default function () {}
export function handleSummary() {
  return 'all went well';
}
