// @about: names are found through export * and export { } from
import { counter, increase } from './_lib/again.js';
increase();
export default function () {
  console.log(counter);
}
