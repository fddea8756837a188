// @about: values of a form that are no text, a method of null, cookies that cannot be read back
// @ignore: tags.method
import http from 'k6/http';

export default function () {
  const u = `${__ENV.HTTP_URL}/anything`;
  console.log(http.post(u, { nil: null, no: undefined, yes: true, list: [1, null, 'a b'], nested: { b: 1, a: [2, 3] }, deep: [[1, 2], { x: 'y' }] }).json('data'));
  for (const method of [null, undefined]) {
    const r = http.request(method, u);
    console.log(JSON.stringify(r.request.method), r.json('method'));
  }
  const cookies = http.get(u, { cookies: { 'a b': '1', '': '2', c: 'é', d: '4' } }).request.cookies;
  console.log(Object.keys(cookies).sort().map((name) => JSON.stringify(cookies[name])).join());
  const jar = new http.CookieJar();
  jar.set(u, 'nil', null);
  console.log(JSON.stringify(jar.cookiesForURL(u)));
}
