// Subprotocols: the client offers a list in order of preference, the server picks one of it.
import { check } from 'k6';
import { WebSocket } from 'k6/websockets';

const server = __ENV.WS_URL || 'ws://127.0.0.1:8765';

export const options = { iterations: 1, thresholds: { checks: ['rate==1'] } };

export default function () {
  const ws = new WebSocket(`${server}/ws/echo`, ['graphql-transport-ws', 'graphql-ws']);

  ws.onopen = () => {
    check(ws, { 'the preferred one was agreed': (s) => s.protocol === 'graphql-transport-ws' });
    ws.close(1000, 'done');
  };
  ws.onerror = (event) => console.error(event.error);
}
