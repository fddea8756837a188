// @about: a name that a module of the script does not export is an error before anything runs
import { countr } from './_lib/counter.js';
console.log('never');
export default function () {
  console.log(countr);
}
