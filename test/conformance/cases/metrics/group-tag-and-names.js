// The group is the tag: what a script sets goes before the names of groups, and comes back behind them.
import { check, group } from 'k6';
import exec from 'k6/execution';
const tag = () => JSON.stringify(exec.vu.tags.group);
export default function () {
  group('', () => console.log('no name', tag()));
  group('a', () => {
    group('', () => {
      console.log('no name in a', tag());
      group('b', () => console.log('b', tag()));
      check(1, { inside: true });
    });
    console.log('a', tag());
  });
  exec.vu.metrics.tags.group = 'own';
  group('g', () => {
    console.log('g', tag());
    exec.vu.metrics.tags.group = 'other';
    group('h', () => {
      console.log('h', tag());
      delete exec.vu.metrics.tags.group;
      console.log('deleted', tag());
    });
    console.log('behind h', tag());
  });
  console.log('behind g', tag());
}
