// @about: namespace objects of ES and CommonJS modules: their names, in order, and what a default import is
import * as common from './_common.cjs';
import whole from './_common.cjs';
import * as own from './_lib/names.js';

export default function () {
  console.log(Object.keys(common).join(), 'default' in common, typeof whole.twice, common.twice === whole.twice);
  console.log(Object.keys(own).join(), Object.prototype.toString.call(own), Object.prototype.toString.call(common));
  console.log(JSON.stringify(own));
}
