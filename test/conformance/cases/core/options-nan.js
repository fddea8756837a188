// @about: NaN in the options, as parseInt() of a variable that is not set gives, is refused
export const options = { vus: parseInt(__ENV.NOT_SET), iterations: 1 };
export default function () {}
