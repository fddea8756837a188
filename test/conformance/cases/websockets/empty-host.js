// @about: a URL without a host name has nothing to look up
import { WebSocket } from 'k6/websockets';

export default function () {
  const ws = new WebSocket('ws://:7183/x');
  ws.onerror = (e) => console.log(e.error);
  ws.onclose = () => console.log('closed');
}
