// @about: a peer that does not read holds up the script that sends to it, and with it the timers of its socket
import ws from 'k6/ws';

const MEGABYTES = 32;

export default function () {
  const startMs = Date.now();
  const res = ws.connect(`${__ENV.WS_URL}/ws-slow?ms=400`, null, (socket) => {
    socket.on('open', () => socket.send('x'.repeat(MEGABYTES << 20)));
    socket.setTimeout(() => {
      console.log('the timer waited', Date.now() - startMs >= 350);
      socket.close();
    }, 20);
    socket.on('close', (code) => console.log('close', code));
  });
  console.log(res.status);
}
