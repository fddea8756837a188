// @about: what require() of built-in modules gives to scripts that Babel, TypeScript or webpack made
'use strict';
const interop = (e) => (e && e.__esModule ? e : { default: e });
const execution = interop(require('k6/execution'));
const http = interop(require('k6/http'));
const secrets = interop(require('k6/secrets'));
const { vu } = { get vu() { return require('k6/execution').test; } };
for (const name of ['k6', 'k6/http', 'k6/ws', 'k6/metrics', 'k6/execution', 'k6/secrets', 'k6/timers']) {
  const all = require(name);
  console.log(name, 'default' in all, all.__esModule);
}

Object.defineProperty(exports, '__esModule', { value: true });
exports.options = { vus: 1, iterations: 1 };
exports.default = function () {
  console.log(execution.default.vu.idInTest, execution.default.scenario.name, typeof http.default.get);
  console.log(typeof secrets.default.get, typeof vu.abort);
};
