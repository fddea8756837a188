// Thousands of open sockets: one for each VU, up and down again.
//
//   sixfold run -e SOCKETS=10000 examples/ramping-sockets.js
//
// Both ends need as many file descriptors as there are sockets: see `ulimit -n`.
import { check } from 'k6';
import { WebSocket } from 'k6/websockets';

const server = __ENV.WS_URL || 'ws://127.0.0.1:8765';
const sockets = Number(__ENV.SOCKETS || 2000);
const rampSeconds = Number(__ENV.RAMP_SECONDS || 5);
const holdMs = rampSeconds * 1000;

export const options = {
  scenarios: {
    crowd: {
      executor: 'ramping-vus',
      stages: [
        { duration: `${rampSeconds}s`, target: sockets },
        { duration: `${rampSeconds}s`, target: sockets },
        { duration: `${rampSeconds}s`, target: 0 },
      ],
      // Who holds a socket when its VU is due to go may keep it to the end of its iteration.
      gracefulRampDown: `${rampSeconds + 5}s`,
    },
  },
  thresholds: { checks: ['rate==1'] },
};

export default function () {
  const ws = new WebSocket(`${server}/ws/echo`);
  let opened = false;

  ws.onopen = () => {
    opened = true;
    ws.send('here');
    setTimeout(() => ws.close(), holdMs);
  };
  ws.onclose = () => check(opened, { 'was open': (ok) => ok });
  ws.onerror = (event) => console.error(event.error);
}
