// Pass or fail: thresholds on how long connecting takes, how long sessions last and what the checks say.
// The exit code is 99 if one is crossed, and abortOnFail ends a hopeless test early.
import { check } from 'k6';
import { WebSocket } from 'k6/websockets';

const server = __ENV.WS_URL || 'ws://127.0.0.1:8765';
const limitMs = Number(__ENV.LIMIT_MS || 200);

export const options = {
  vus: 10,
  duration: '3s',
  thresholds: {
    ws_connecting: [
      `p(95)<${limitMs}`,
      { threshold: `max<${10 * limitMs}`, abortOnFail: true, delayAbortEval: '1s' },
    ],
    ws_session_duration: [`avg<${10 * limitMs}`],
    ws_msgs_received: ['count>10'],
    checks: ['rate>0.99'],
  },
};

export default function () {
  const ws = new WebSocket(`${server}/ws/echo`);
  const sent = `VU ${__VU}, iteration ${__ITER}`;

  ws.onopen = () => ws.send(sent);
  ws.onmessage = (event) => {
    check(event.data, { 'came back unchanged': (data) => data === sent });
    setTimeout(() => ws.close(), 200);
  };
  ws.onerror = (event) => console.error(event.error);
}
