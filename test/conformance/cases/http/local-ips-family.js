// @about: an address to connect from that is of the other family than the server's
// @args: --local-ips 127.0.0.5
import http from 'k6/http';

export default function () {
  const res = http.get('http://[::1]:1/');
  console.log(res.error_code, res.error);
}
