// @about: options with a number that is none, as of a variable that is not set
export const options = { vus: 1, iterations: Number(__ENV.ITERATIONS) };

export default function () {
  console.log('never');
}
