// @about: flags with values of their own may come before the command
// @cmd: --log-format json inspect
// @stdout
export const options = { vus: 2 };
export default function () {}
