// k6/ws: connect() blocks until the connection has ended; timers and pings belong to the socket.
import { check } from 'k6';
import ws from 'k6/ws';

const server = __ENV.WS_URL || 'ws://127.0.0.1:8765';
const limitMs = Number(__ENV.LIMIT_MS || 250);

export const options = {
  vus: 3,
  iterations: 6,
  thresholds: { checks: ['rate==1'], ws_ping: [`p(95)<${limitMs}`] },
};

export default function () {
  let pongs = 0;
  let echoes = 0;

  const response = ws.connect(`${server}/ws/echo`, { tags: { kind: 'session' } }, (socket) => {
    socket.on('open', () => {
      socket.setInterval(() => socket.ping(), 100);
      socket.setInterval(() => socket.send(`still here, VU ${__VU}`), 150);
      socket.setTimeout(() => socket.close(), 1000);
    });
    socket.on('pong', () => pongs++);
    socket.on('message', () => echoes++);
    socket.on('error', (e) => console.error(e.error()));
  });

  check(response, { upgraded: (r) => r && r.status === 101 });
  check({ pongs, echoes }, {
    'pings were answered': (seen) => seen.pongs > 0,
    'messages came back': (seen) => seen.echoes > 0,
  });
}
