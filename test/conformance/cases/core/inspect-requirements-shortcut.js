// @about: inspect --execution-requirements shows the scenario that a shortcut stands for, and what it needs
// @cmd: inspect
// @args: --execution-requirements
// @stdout
export const options = { vus: 3, duration: '10s' };
export default function () {}
