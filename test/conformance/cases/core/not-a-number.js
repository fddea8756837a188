// @about: big integers and symbols are refused where a number is wanted
import { group, randomSeed, sleep } from 'k6';
import exec from 'k6/execution';
import http from 'k6/http';
import { Counter, Rate, Trend } from 'k6/metrics';
import ws from 'k6/ws';

const trend = new Trend('my_trend');
const rate = new Rate('my_rate');
const counter = new Counter('my_counter');

function attempt(what, f) {
  try {
    console.log(what, f());
  } catch (e) {
    console.log(what, 'threw', String(e));
  }
}

export default function () {
  for (const value of [0n, 5n, Object(5n), Symbol('x')]) {
    attempt('trend', () => trend.add(value));
    attempt('rate', () => rate.add(value));
    attempt('counter', () => counter.add(value));
    attempt('sleep', () => sleep(value));
    attempt('randomSeed', () => randomSeed(value));
    attempt('redirects', () => http.get(`${__ENV.HTTP_URL}/`, { redirects: value }));
  }
  ws.connect(`${__ENV.WS_URL}/ws-echo`, null, (socket) => {
    attempt('setTimeout', () => socket.setTimeout(() => {}, 5n));
    attempt('setInterval', () => socket.setInterval(() => {}, 5n));
    attempt('close', () => socket.close(1000n));
    socket.close();
  });
  attempt('group', () => group(Symbol('x'), () => exec.vu.tags.group));
}
