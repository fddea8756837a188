// @about: importing a name that a file does not export
import { one, three } from './_star.js';

console.log(one, three);
export default function () {}
