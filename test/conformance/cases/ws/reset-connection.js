// @about: a connection that the peer resets: the error handlers are told that the close frame cannot be sent
import ws from 'k6/ws';

export default function () {
  const res = ws.connect(`${__ENV.WS_URL}/ws-reset`, null, (socket) => {
    socket.on('open', () => socket.send('reset me'));
    socket.on('message', (text) => console.log('message', text));
    socket.on('error', (e) => console.log('error', e.error().replace(/:\d{3,}/g, ':PORT')));
    socket.on('close', (code) => console.log('close', code));
    socket.setTimeout(() => socket.close(), 2000);
  });
  console.log(res.status, JSON.stringify(res.error));
}
