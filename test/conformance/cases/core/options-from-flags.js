// Single values that flags and the environment set show in the script's own options.
// @about: the script's options as the test has them
// @args: --vus 2 --iterations 2 --rps 100 --tag x=y
// @sysenv: K6_MIN_ITERATION_DURATION=1500ms
// @unordered
export const options = { vus: 1, userAgent: 'mine', minIterationDuration: '10ms', foo: 1 };

const show = (stage) => {
  const { vus, iterations, rps, userAgent, minIterationDuration, foo } = options;
  console.log(stage, vus, iterations, rps, userAgent, minIterationDuration, foo);
};

export function setup() {
  show('setup');
}

export default function () {
  show('default');
}

export function teardown() {
  show('teardown');
}

show(__VU > 0 ? 'init' : 'first');
