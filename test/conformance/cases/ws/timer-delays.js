// @about: what setTimeout and setInterval of a socket take for a delay
import ws from 'k6/ws';

const DELAYS = [undefined, null, NaN, 'x', '5', {}, true, -1, 0, 1e-9, Infinity, [], [7]];

export default function () {
  ws.connect(`${__ENV.WS_URL}/ws-echo`, null, (socket) => {
    for (const name of ['setTimeout', 'setInterval'])
      for (const delay of DELAYS) {
        try {
          socket[name](() => undefined, delay);
          console.log(name, String(delay), 'taken');
        } catch (e) {
          console.log(name, String(delay), String(e));
        }
      }
    socket.close();
  });
}
