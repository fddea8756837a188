// @about: a setup that is no function is refused
export const setup = { user: 'anna' };
export default function () {}
