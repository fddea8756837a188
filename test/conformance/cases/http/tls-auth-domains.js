// @about: the option tlsAuth with domains is warned of; versions that exclude each other fail each request
// @args: --insecure-skip-tls-verify
import http from 'k6/http';

const cert = open('./_client-cert.pem');
const key = open('./_client-key.pem');
export const options = { tlsAuth: [{ domains: ['a.test'], cert, key }], tlsVersion: { min: 'tls1.3', max: 'tls1.2' } };

export default function () {
  const r = http.get(`${__ENV.HTTPS_URL}/text`);
  console.log(r.status, r.error_code, r.error);
}
