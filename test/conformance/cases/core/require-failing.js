// @about: what require() throws for files that cannot be loaded can be caught, and is thrown each time
const attempts = {
  throws: () => require('./_throws.js'),
  again: () => require('./_throws.js'),
  orphan: () => require('./_orphan.js'),
  missing: () => require('./_not-there.js'),
  json: () => require('./_data.json'),
  broken: () => require('./_broken.txt'),
  lacks: () => require('./_lacks.js'),
};
for (const [name, attempt] of Object.entries(attempts)) {
  try {
    console.log(name, typeof attempt());
  } catch (e) {
    console.log(name, String(e).includes('_numbers.js') ? 'refused' : String(e).replace(/: Line .*/, ''));
  }
}

export default function () {}
