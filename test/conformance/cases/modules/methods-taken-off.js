// Methods of objects that Go made work without the object, behind a Proxy, and on what inherits from it.
// @about: methods without their object
import crypto from 'k6/crypto';
import http from 'k6/http';
import { parseHTML } from 'k6/html';
import { Counter } from 'k6/metrics';

const counter = new Counter('taken_off');

export default function () {
  const { add } = counter;
  add(1);
  new Proxy(counter, {}).add(2);
  Object.create(counter).add(4);

  const { update, digest } = crypto.createHash('md5');
  update('a');
  console.log(digest('hex'));
  const proxied = new Proxy(crypto.createHash('md5'), {});
  proxied.update('a');
  console.log(proxied.digest('hex'));

  const jar = new http.CookieJar();
  const { set, cookiesForURL } = jar;
  set('http://127.0.0.1/', 'a', 'b');
  new Proxy(jar, {}).set('http://127.0.0.1/', 'c', 'd');
  const cookies = cookiesForURL('http://127.0.0.1/');
  console.log(Object.keys(cookies).sort().join(), cookies.a[0], cookies.c[0]);

  const page = parseHTML('<div><p class="x">one</p><p>two</p></div>');
  console.log(new Proxy(page, {}).find('p').first().text(), Object.create(page).find('p').last().text());
  console.log(new Proxy(page.find('p').get(0), {}).nodeName());
}
