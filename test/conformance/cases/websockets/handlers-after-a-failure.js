// What handlers do once the iteration has failed: they run, but nothing is measured, sent or waited for.
import { check, group, sleep } from 'k6';
import http from 'k6/http';
import { Counter } from 'k6/metrics';
import { WebSocket } from 'k6/websockets';
const closed = new Counter('closed');
const url = `${__ENV.WS_URL}/ws-echo`;
export default function () {
  const socket = new WebSocket(url);
  socket.onclose = () => {
    const startMs = Date.now();
    sleep(2);
    console.log('slept', Date.now() - startMs > 1000);
    closed.add(1);
    console.log('check', check(1, { one: true }));
    group('g', () => console.log('in the group'));
    const answer = http.get(`${__ENV.HTTP_URL}/get`);
    console.log(answer.status, answer.error, answer.error_code, answer.body);
    try {
      http.get(`${__ENV.HTTP_URL}/get`, { throw: true });
    } catch (e) {
      console.log(e.name, e.message.includes('context canceled'));
    }
  };
  socket.onopen = () => {
    setTimeout(() => {
      throw new Error('enough');
    }, 50);
  };
}
