// @about: sockets of both modules connect from the address of their VU
// @args: --local-ips 127.0.0.5
import ws from 'k6/ws';
import { WebSocket } from 'k6/websockets';

export default function () {
  ws.connect(`${__ENV.WS_URL}/ws-address`, null, (socket) => {
    socket.on('message', (m) => {
      console.log('ws', m);
      socket.close();
    });
  });
  console.log('ws', ws.connect('ws://127.0.0.1:1/', null, () => {}).error);
  console.log('ws', ws.connect('ws://[::1]:1/', null, () => {}).error);

  const s = new WebSocket(`${__ENV.WS_URL}/ws-address`);
  s.onmessage = (e) => {
    console.log('websockets', e.data);
    s.close();
  };
  s.onclose = () => {
    const refused = new WebSocket('ws://127.0.0.1:1/');
    refused.onerror = (e) => console.log('websockets', e.error);
  };
}
