// @about: the same in setup()
import exec from 'k6/execution';

export function setup() {
  exec.test.abort('');
}
export default function () {}
