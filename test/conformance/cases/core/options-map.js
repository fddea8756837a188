// @about: options that are a Map are a list of pairs, which is refused
export const options = new Map([['vus', 2]]);
export default function () {}
