// @about: require() in an iteration, also of what is loaded
const http = require('k6/http');

export default function () {
  for (const name of ['k6/http', './_common.cjs']) {
    try {
      console.log(typeof require(name), typeof http.get);
    } catch (e) {
      console.log(String(e));
    }
  }
}
