// @about: after a reset each further attempt to write meets the broken connection again, also in the close handlers
import ws from 'k6/ws';

export default function () {
  const without = (text) => text.replace(/:\d{3,}/g, ':PORT');
  const res = ws.connect(`${__ENV.WS_URL}/ws-reset`, null, (socket) => {
    socket.on('open', () => socket.send('reset me'));
    socket.on('error', (e) => console.log('error', without(e.error())));
    socket.on('close', (code) => {
      console.log('close', code);
      socket.send('too late');
      socket.ping();
    });
    socket.setTimeout(() => socket.close(), 2000);
  });
  console.log(res.status, JSON.stringify(res.error));
}
