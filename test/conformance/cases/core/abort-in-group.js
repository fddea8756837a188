// @about: test.abort() within groups: they are complete, and the samples of the iteration lie outside of them
import exec from 'k6/execution';
import { check, group } from 'k6';

export default function () {
  group('outer', () => {
    group('inner', () => exec.test.abort('enough'));
  });
}

export function teardown() {
  check(1, { 'outside of groups': true });
}
