// @about: setup() returns objects of k6: their members are data, their methods are not
import crypto from 'k6/crypto';
import http from 'k6/http';

export function setup() {
  return {
    res: http.get(`${__ENV.HTTP_URL}/get?a=1`),
    failed: http.get('http://127.0.0.1:1/'),
    jar: http.cookieJar(),
    hash: crypto.createHash('md5'),
    bytes: new Uint8ClampedArray([1, 2]),
    wide: new BigInt64Array([1n, -2n]),
  };
}

export default function ({ res, failed, jar, hash, bytes, wide }) {
  console.log(Object.keys(res).sort().join());
  console.log(res.status, res.status_text, res.proto, typeof res.json, JSON.parse(res.body).args.a, res.timings.duration > 0);
  console.log(res.ocsp.status === '', res.request.method, res.headers['Content-Type'], JSON.stringify(res.cookies));
  console.log(failed.status, failed.error_code, failed.error, failed.body);
  console.log(JSON.stringify([jar, hash, bytes, wide]));
}
