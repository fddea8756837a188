// A check whose function aborts the test has failed.
import { check } from 'k6';
import exec from 'k6/execution';
export default function () {
  check(1, { before: (x) => x === 1, aborting: () => exec.test.abort('enough') });
  console.log('never');
}
