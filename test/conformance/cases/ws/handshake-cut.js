// @about: answers to the handshake that end early, or are no HTTP
import ws from 'k6/ws';
import { WebSocket } from 'k6/websockets';

const texts = [
  '',
  'HTTP/1.1 101 Swi',
  'HTTP/1.1 101 Switching\r\nUpgr',
  'HTTP/1.1 101 Switching\r\nUpgrade: web',
  'HTTP/1.1 101 Switching\r\nX(y): 1\r\n\r\n',
  'HTTP/1.1 101 Switching\r\n: 1\r\n\r\n',
  '\x15\x03\x01', // a TLS alert
];

export default async function () {
  for (const text of texts) {
    const url = `${__ENV.WS_URL}/ws-cut-head?text=${encodeURIComponent(text)}`;
    const params = { tags: { url: 'cut', name: 'cut' } };
    console.log('ws', ws.connect(url, params, () => {}).error);
    const s = new WebSocket(url, null, params);
    s.onerror = (e) => console.log('websockets', e.error);
    await new Promise((closed) => (s.onclose = closed));
  }
}
