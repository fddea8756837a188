// @about: what an error lists of itself
export default function () {
  const error = new TypeError('text');
  console.log(Object.getOwnPropertyNames(error).sort().join(), JSON.stringify(error));
  error.code = 7;
  const shown = JSON.parse(JSON.stringify(error, Object.getOwnPropertyNames(error)));
  delete shown.stack;
  console.log(JSON.stringify(shown, ['message', 'code', 'line', 'column']));
  console.log(Object.getOwnPropertyNames({ line: 1, b: 2 }).join(), typeof Array.fromAsync);
}
