// @about: a name that the imported file does not export
import { one, two } from './_lib/shape.ts';

export default function () {
  console.log(one, two);
}
