// @about: what require() says to names that mean nothing; the script can catch it
for (const name of ['lodash', 'lib.js', 'github.com/a/b', 'cdnjs.com/libraries/x', '', undefined, null, 5, 'ftp://x/y']) {
  try {
    console.log(typeof require(name));
  } catch (e) {
    console.log(String(e));
  }
}
try {
  require('crypto');
} catch (e) {
  console.log(String(e));
}

export default function () {}
