// @about: a client certificate whose key is another's ends the run before it begins
const cert = open('./_client-cert.pem');
const key = open('./_other-key.pem');
export const options = { tlsAuth: [{ cert, key }] };

export default function () {
  console.log('never');
}
