// @about: what handleSummary() measures is in no output
import { check } from 'k6';
import http from 'k6/http';
import { Counter } from 'k6/metrics';
import ws from 'k6/ws';

const counter = new Counter('my_counter');

function measure() {
  counter.add(1);
  check(1, { one: (x) => x === 1 });
  console.log(http.get(`${__ENV.HTTP_URL}/get`).status);
  console.log(ws.connect(`${__ENV.WS_URL}/ws-echo`, null, (socket) => socket.on('open', () => socket.close())).status);
}

export default function () {
  measure();
}

export function handleSummary() {
  measure();
  return {};
}
