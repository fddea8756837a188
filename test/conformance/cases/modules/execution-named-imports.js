// @about: the parts of k6/execution can be imported by name; each use looks anew
import exec, { instance, scenario as current, test, vu } from 'k6/execution';
import * as all from 'k6/execution';

console.log(typeof test.abort);
for (const use of [() => vu, () => current, () => instance, () => test.options, () => all.vu]) {
  try {
    console.log(typeof use());
  } catch (e) {
    console.log(String(e));
  }
}

export default function () {
  console.log(vu.idInTest, current.name, instance.iterationsCompleted, test.options.paused, all.vu.iterationInInstance);
  console.log(exec.vu.idInTest === vu.idInTest, vu.tags.scenario);
}
