// @about: options that are a function are refused
export const options = () => ({ vus: 1 });
export default function () {}
