// @about: an error of k6 that an added listener does not catch is no exception of the script, unlike in a handler
import { WebSocket } from 'k6/websockets';
import exec from 'k6/execution';
export const options = { iterations: 4 };

const acts = [(ws) => ws.close(1001), (ws) => ws.send({}), () => { throw new Error('own'); }, (ws) => { ws.onmessage = 1; }];
export default function () {
  const ws = new WebSocket(`${__ENV.WS_URL}/ws-echo`);
  const act = acts[exec.scenario.iterationInTest];
  ws.addEventListener('open', () => act(ws));
  ws.addEventListener('error', (e) => console.log('error', typeof e.error, e.error.replace(/ at .*/, '')));
  ws.addEventListener('close', (e) => console.log('close', e.code));
}
