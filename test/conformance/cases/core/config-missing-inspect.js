// @about: inspect wants the configuration file that is named
// @cmd: inspect
// @args: --config nope.json
// @stdout
export default function () {}
