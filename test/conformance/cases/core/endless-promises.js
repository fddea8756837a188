// Promises that always make another one end with the time they have.
// @about: an endless chain of promises is cut off
import { sleep } from 'k6';

export const options = { setupTimeout: '500ms', iterations: 1 };

export function setup() {
  sleep(0.01);
  const next = () => {
    Promise.resolve().then(next);
  };
  next();
}

export default function () {
  console.log('never');
}
