// @about: K6_DNS with nothing in it is refused
// @sysenv: K6_DNS=
export default function () {}
