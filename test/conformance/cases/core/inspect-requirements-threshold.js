// @about: inspect --execution-requirements refuses a threshold that cannot be read, before other options
// @cmd: inspect
// @args: --execution-requirements
// @stdout
export const options = { vus: -1, thresholds: { iterations: ['count><1'] } };
export default function () {}
