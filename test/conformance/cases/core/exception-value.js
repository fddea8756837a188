// @about: an exception of k6 has the error behind it as its value
import { check, fail, group } from 'k6';
import ws from 'k6/ws';

const tries = {
  fail: () => fail('why'),
  'fail without a reason': () => fail(),
  group: () => group('g'),
  check: () => check(1, { async: async () => true }),
  connect: () => ws.connect('ws://127.0.0.1:1'),
};

export default function () {
  for (const [name, f] of Object.entries(tries)) {
    try {
      f();
    } catch (e) {
      console.log(name, e.name, Object.keys(e), JSON.stringify(e));
      console.log(e.value, [e.value], String(e.value), e.value.error());
    }
  }
  const made = new GoError('of the script');
  console.log(made.value, JSON.stringify(made));
}
