// @about: a negative timeout of teardown() has always passed
export const options = { teardownTimeout: '-1s' };

export default function () {}
export function teardown() {}
