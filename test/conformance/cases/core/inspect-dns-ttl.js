// @about: a wrong TTL of the script is an error for inspect, too
// @cmd: inspect
// @stdout
export const options = { dns: { ttl: 'x' } };
export default function () {}
