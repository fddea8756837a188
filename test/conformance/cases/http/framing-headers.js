// @about: fields of the framing are not shown in res.headers; odd heads that are taken all the same
import http from 'k6/http';
import encoding from 'k6/encoding';

const OK = 'HTTP/1.1 200 OK\r\n';
const CHUNKS = '\r\n5\r\nhello\r\n0\r\n\r\n';

export default function () {
  for (const [name, bytes] of [
    ['chunked', `${OK}X-A: 1\r\nTransfer-Encoding: chunked\r\n${CHUNKS}`],
    ['both', `${OK}Content-Length: 50\r\nTransfer-Encoding: CHUNKED\r\n${CHUNKS}`],
    ['trailer', `${OK}Trailer: X-T\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-T: t\r\n\r\n`],
    ['trailer without chunks', `${OK}Trailer: X-T\r\nContent-Length: 5\r\n\r\nhello`],
    ['bad trailer', `${OK}Trailer: X-T, content-length\r\nTransfer-Encoding: chunked\r\n${CHUNKS}`],
    ['HTTP/1.0', `HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nhello`],
    ['length twice', `${OK}Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello`],
    ['pragma', `${OK}Pragma: no-cache\r\nContent-Length: 5\r\n\r\nhello`],
    ['pragma and cache', `${OK}Pragma: no-cache\r\nCache-Control: private\r\nContent-Length: 5\r\n\r\nhello`],
    ['spaces in names', `${OK}x a: 1\r\nx-b : 2\r\nContent-Length: 5\r\n\r\nhello`],
    ['status 099', 'HTTP/1.1 099 Low\r\nContent-Length: 5\r\n\r\nhello'],
    ['many 1xx', `${'HTTP/1.1 102 Processing\r\n\r\n'.repeat(8)}${OK}Content-Length: 5\r\n\r\nhello`],
    ['cut name', `${OK}Content-Le`],
    ['cut status', 'HTTP/1.1 20'],
    ['one word', 'hello'],
  ]) {
    const r = http.get(`${__ENV.HTTP_URL}/raw?b=${encoding.b64encode(bytes, 'rawurl')}`, { tags: { name: 'raw' } });
    const headers = Object.keys(r.headers).sort().map((k) => `${k}=${r.headers[k]}`).join();
    console.log(`${name}: ${r.status} ${r.body} [${headers}] ${r.error}`);
  }
}
