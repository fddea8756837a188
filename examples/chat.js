// A chat room: every VU is a household whose members talk over sockets of their own, all at once.
//
//   sixfold echo &
//   sixfold run examples/chat.js
import { check } from 'k6';
import { Counter, Trend } from 'k6/metrics';
import { WebSocket } from 'k6/websockets';
import { randomIntBetween, randomItem } from 'https://jslib.k6.io/k6-utils/1.4.0/index.js';

const server = __ENV.WS_URL || 'ws://127.0.0.1:8765';
const socketsPerVU = Number(__ENV.SOCKETS || 4);
const sessionMs = Number(__ENV.SESSION_MS || 5000);
const limitMs = Number(__ENV.LIMIT_MS || 250);

export const options = {
  vus: 5,
  iterations: 5,
  thresholds: {
    checks: ['rate==1'],
    chat_delivery: [`p(95)<${limitMs}`],
  },
};

const heard = new Counter('chat_messages_heard');
const delivery = new Trend('chat_delivery', true);
const phrases = ['Hello!', 'How is the load?', 'Never better.', 'Who is here?', 'See you at the ramp-down.'];

export default function () {
  for (let member = 1; member <= socketsPerVU; member++) join(`${__VU}-${member}`);
}

function join(name) {
  const ws = new WebSocket(`${server}/ws/crocochat/lobby/`);
  let left = false;

  ws.addEventListener('open', () => {
    ws.send(JSON.stringify({ event: 'SET_NAME', new_name: name }));
    const talking = setInterval(say, randomIntBetween(300, 900));
    setTimeout(() => {
      clearInterval(talking);
      left = true;
      ws.send(JSON.stringify({ event: 'LEAVE' }));
    }, sessionMs);
  });

  function say() {
    const message = { text: randomItem(phrases), sentAt: Date.now() };
    ws.send(JSON.stringify({ event: 'SAY', message }));
  }

  ws.addEventListener('message', (event) => {
    const said = JSON.parse(event.data);
    if (said.event !== 'CHAT_MSG') return;
    heard.add(1);
    if (said.user === name) delivery.add(Date.now() - said.message.sentAt);
  });

  // The room closes the connection of whoever leaves.
  ws.addEventListener('close', () => check(left, { 'stayed until the end': (ok) => ok }));
  ws.addEventListener('error', (event) => console.error(`${name}: ${event.error}`));
}
