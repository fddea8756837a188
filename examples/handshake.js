// What can be said in the handshake: headers, cookies, compression, and tags for the metrics of this connection.
import { check } from 'k6';
import { WebSocket } from 'k6/websockets';

const server = __ENV.WS_URL || 'ws://127.0.0.1:8765';

export const options = {
  iterations: 1,
  thresholds: {
    checks: ['rate==1'],
    // A threshold on a tag of our own: only connections of the trader app count.
    'ws_sessions{app:trader}': ['count==1'],
  },
};

export default function () {
  const params = {
    headers: { 'X-Client': 'example', Cookie: 'session=abc; theme=dark' },
    compression: 'deflate',
    tags: { app: 'trader' },
  };
  const ws = new WebSocket(`${server}/ws/headers`, null, params);

  // This route tells first what the request looked like, and echoes afterwards.
  ws.onmessage = (event) => {
    const headers = JSON.parse(event.data);
    check(headers, {
      'own header arrived': (h) => h['x-client'] === 'example',
      'cookies arrived': (h) => h.cookie === 'session=abc; theme=dark',
      'compression was offered': (h) => h['sec-websocket-extensions'].startsWith('permessage-deflate'),
    });
    ws.close();
  };
  ws.onerror = (event) => console.error(event.error);
}
