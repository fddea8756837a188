// @about: require() of a name made at run time: files, what they require themselves, files that are missing or broken
const names = ['late', 'nope', 'broken'];
const seen = [];
for (const name of names) {
  try {
    const lib = require(`./_lib/${name}.cjs`);
    seen.push(lib);
    console.log(name, Object.keys(lib).join());
  } catch (e) {
    console.log(name, e instanceof SyntaxError, `${e}`.includes('nope') || name !== 'nope');
  }
}

module.exports.default = function () {
  console.log(seen.length, seen[0].sum(1, 2), seen[0].again() === seen[0]);
  try {
    seen[0].fails();
  } catch (e) {
    console.log(`${e}`, /_lib\/late\.cjs:9/.test(e.stack));
  }
};
