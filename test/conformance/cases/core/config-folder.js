// @about: a folder is no configuration file
// @args: --config {dir}
export default function () {}
