// @about: modules that only types are imported from need not exist, without the word `type` too
import { Options } from 'k6/options';
import http, { RefinedResponse } from 'k6/http';
import Other, { Shape } from './_not-there';
import * as All from './_not-there-either.ts';

export const options: Options = { iterations: 1 };
let last: RefinedResponse<'text'> | Shape | Other | All.Thing | undefined;

export default function () {
  console.log(typeof http.get, last);
}
