/**
 * The runtime's modules that only `process.getBuiltinModule` names. Nothing calls these: an executable has bytecode of
 * those modules that its sources import, and without it `node:http2` takes some ten milliseconds more to load.
 */
export const namedAtRunTime = [() => import("node:dns"), () => import("node:http2"), () => import("node:v8")];
