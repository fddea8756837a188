// @about: names are found through export *, and what is not there is missed there too
import { counter, increase, nothing } from './_lib/again.js';
export default function () {
  console.log(counter, increase, nothing);
}
