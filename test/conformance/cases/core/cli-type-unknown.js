// @about: --type with a type that there is not
// @args: --type foo
export default function () {}
