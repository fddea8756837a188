// @about: open() looks from the folder of the module that is being evaluated, wherever it is written, and warns
import { atTop, beside, later } from './_lib/opener.js';

const required = require('./_lib/opener.cjs');
console.log(atTop, later('./_where.txt'), later('_lib/_where.txt'), beside('./_where.txt'));
console.log(required.atTop, required.later('./_where.txt'));
const absolute = later(import.meta.resolve('./_where.txt'));

export default function () {
  console.log(absolute);
}
