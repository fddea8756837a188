// @about: a VU that one scenario has left serves the next one: what it counts as a VU goes on, what it counts in a scenario begins anew
import exec from 'k6/execution';

const scenario = (startTime) => ({
  executor: 'per-vu-iterations',
  vus: 1,
  iterations: 2,
  maxDuration: '1s',
  gracefulStop: '0s',
  startTime,
});

export const options = { scenarios: { first: scenario('0s'), second: scenario('1100ms') } };

export default function () {
  const { vu } = exec;
  console.log(exec.scenario.name, __VU, __ITER, vu.idInTest, vu.iterationInInstance, vu.iterationInScenario);
  console.log(JSON.stringify(vu.metrics.metadata), vu.metrics.tags.mine, vu.metrics.tags.scenario);
  vu.metrics.metadata.note = `${__ITER}`;
  vu.metrics.tags.mine = 'kept';
}
