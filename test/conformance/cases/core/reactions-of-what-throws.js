// @about: promise reactions of a function that ends with an exception still run
import { fail } from 'k6';

export const options = { iterations: 2 };

export default function () {
  (async () => {
    console.log('at once');
    await null;
    console.log('later');
    await null;
    console.log('even later');
  })();
  if (__ITER === 0) throw new Error('why');
  fail('for nothing');
}

export function teardown() {
  Promise.resolve().then(() => console.log('after teardown'));
  throw new Error('in teardown');
}
