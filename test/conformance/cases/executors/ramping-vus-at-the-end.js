// @about: a VU that the ramp wants only when it is over is planned, but does not start
// @vus
import { sleep } from 'k6';

export const options = { scenarios: { work: { executor: 'ramping-vus', startVUs: 0, stages: [{ duration: '500ms', target: 5 }] } } };
export default function () {
  sleep(1);
}
