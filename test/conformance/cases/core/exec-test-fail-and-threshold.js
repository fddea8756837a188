// @about: a test that was marked as failed ends as such, also when a threshold was crossed
// @thresholds
import exec from 'k6/execution';
export const options = { thresholds: { iterations: ['count>5'] } };
export default function () {
  exec.test.fail('marked');
}
