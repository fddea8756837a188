// @about: --dns with a ttl that is no duration
// @args: --dns ttl=soon
export default function () {}
