// @about: the default of a CommonJS module is its own default, if it has one
import own, { z } from './_transpiled.cjs';
import called, { extra, lacking } from './_function.cjs';
import * as all from './_transpiled.cjs';
export { default as again } from './_transpiled.cjs';

console.log(own.k, z, Object.keys(all).join(), all.default.k);
console.log(called(), extra, lacking, require('./_transpiled.cjs').default === own);

export default function () {}
