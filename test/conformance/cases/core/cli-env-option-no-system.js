// @about: without the variables of the process, -e sets no option
// @args: --include-system-env-vars=false -e K6_ITERATIONS=3
export default function () {
  console.log(__ITER, __ENV.K6_ITERATIONS);
}
