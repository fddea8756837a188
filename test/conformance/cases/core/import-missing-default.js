// @about: a module of the script without a default export has none to import
import counter from './_lib/counter.js';
export default function () {
  console.log(counter);
}
