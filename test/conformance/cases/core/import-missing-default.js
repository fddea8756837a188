// @about: importing the default of a file that has none
import numbers from './_numbers.js';

export default function () {
  numbers.two();
}
