// @about: in TypeScript too, unless the name is only that of a type
import { counter, type Gone, AlsoGone } from './_lib/counter.js';
import { nothing } from './_lib/counter.js';
const one: AlsoGone | Gone = counter;
export default function () {
  console.log(one, nothing);
}
