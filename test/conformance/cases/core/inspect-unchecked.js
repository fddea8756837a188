// @about: inspect shows the options of the script as they are; only the execution requirements need them to be right
// @cmd: inspect
// @stdout
export const options = { scenarios: { a: { executor: 'constant-vus' } } };
export default function () {}
