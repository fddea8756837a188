// @about: check() with nothing to check
import { check } from 'k6';

export default function () {
  for (const checks of [null, undefined, {}, 'ab', 5]) {
    try {
      console.log(check(1, checks, { tag: 'x' }));
    } catch (e) {
      console.log(e.name);
    }
  }
}
