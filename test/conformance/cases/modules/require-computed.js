// @about: require() with names that are made at run time, handed on, and of files that import what the script does not
for (const name of ['k6', 'k6/http', 'k6/ws', 'k6/crypto', 'k6/experimental/fs']) {
  console.log(name, Object.keys(require(name)).sort().slice(0, 3).join());
}
const load = require;
console.log(typeof load('k6/' + 'encoding').b64encode, typeof globalThis.require(`k6/${'data'}`).SharedArray);
console.log(require(`./_${'digest'}.js`).digest('x'));
// the head of a bundle as browserify writes it: what the bundle lacks is asked of require()
(function (modules, entry) {
  const outer = typeof require === 'function' && require;
  const own = (name) => (modules[name] ? (modules[name](own, (own.exports = {})), own.exports) : outer(name, true));
  own(entry);
})({ main: (require, exports) => (exports.kind = console.log(typeof require('k6/html').parseHTML)) }, 'main');

export default function () {}
