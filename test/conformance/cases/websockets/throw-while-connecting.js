// @about: an exception of the iteration gives up a socket that has not begun to connect
import { WebSocket } from 'k6/websockets';

export default function () {
  const s = new WebSocket(`${__ENV.WS_URL}/ws-echo`);
  s.onerror = (e) => console.log('error', e.error);
  s.onopen = () => console.log('open');
  s.onclose = (e) => console.log('close', e.code);
  throw new Error('at once');
}
