// @about: thresholds that abort are asked with the samples of this very moment, not with those of some time ago
import { sleep } from 'k6';
import { Counter } from 'k6/metrics';

const bad = new Counter('bad');
export const options = {
  vus: 1,
  duration: '6s',
  thresholds: { bad: [{ threshold: 'count<1', abortOnFail: true }] },
};

export default function () {
  sleep(1.4);
  bad.add(1);
}
