// @about: an iteration that is cut off within groups; the next one of the same VU begins outside of them
import { group, sleep } from 'k6';

export const options = {
  scenarios: {
    ramp: {
      executor: 'ramping-vus',
      startVUs: 1,
      stages: [
        { duration: '300ms', target: 1 },
        { duration: '0s', target: 0 },
        { duration: '300ms', target: 0 },
        { duration: '0s', target: 1 },
        { duration: '300ms', target: 1 },
      ],
      gracefulRampDown: '0s',
      gracefulStop: '0s',
    },
  },
};

export default function () {
  group('outer', () => {
    group('inner', () => sleep(5));
  });
}
