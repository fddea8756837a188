// @about: what frames the body of a refused handshake is not among its headers
import ws from 'k6/ws';

export default function () {
  const res = ws.connect(`${__ENV.WS_URL}/ws-403-chunked`, null, () => {});
  console.log(res.status, res.body, Object.keys(res.headers).sort().join());
}
