// @about: check() takes no null for its checks
import { check } from 'k6';
export default function () {
  for (const checks of [null, undefined]) {
    try {
      console.log(check(1, checks));
    } catch (error) {
      console.log(error.name, error.message);
    }
  }
}
