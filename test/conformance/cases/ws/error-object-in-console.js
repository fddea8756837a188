// @about: the error that an error handler is given, written by console.log: its text, but its members inside of another value
import ws from 'k6/ws';

export default function () {
  for (const path of ['/ws-close?code=1011&reason=why', '/ws-close-abrupt', '/ws-bad-frame']) {
    ws.connect(`${__ENV.WS_URL}${path}`, null, (socket) => {
      socket.on('error', (e) => {
        console.log(e);
        console.error('an unexpected error occurred:', e);
        console.log([e], { e });
      });
    });
  }
}
