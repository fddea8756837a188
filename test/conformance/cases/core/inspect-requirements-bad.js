// @about: inspect --execution-requirements refuses options that cannot make a test
// @cmd: inspect
// @args: --execution-requirements
// @stdout
export const options = { scenarios: { a: { executor: 'constant-vus' } } };
export default function () {}
