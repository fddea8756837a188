// @about: a wrong TTL of the script is an error of the script, even if a flag says another
// @args: --dns ttl=5m
export const options = { vus: -1, dns: { ttl: '-1s' } };
export default function () {}
