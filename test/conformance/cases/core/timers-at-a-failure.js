// Timers that are due when an iteration fails still run; those of setup() are dropped without a word.
import { sleep } from 'k6';
export const options = { iterations: 3 };
export default function () {
  setTimeout(() => console.log('at once', __ITER), 0);
  setTimeout(() => console.log('due', __ITER), 1);
  setTimeout(() => console.log('later'), 400);
  sleep(0.05);
  if (__ITER === 0) throw new Error('thrown');
  if (__ITER === 1) Promise.reject(new Error('rejected'));
  if (__ITER === 2) Promise.reject('no error');
}
export function teardown() {
  setTimeout(() => console.log('never'), 0);
  setTimeout(() => console.log('never'), 20);
  throw new Error('in teardown');
}
