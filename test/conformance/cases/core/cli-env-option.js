// @about: -e sets options too, like a variable of the process
// @args: -e K6_ITERATIONS=3
export default function () {
  console.log(__ITER, __ENV.K6_ITERATIONS);
}
