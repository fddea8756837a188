// @about: imports of types, named like values, and the modules that only they need, as TypeScript's users write them
import { Options } from 'k6/options';
import { check, sleep } from 'k6';
import http, { RefinedResponse, ResponseType } from 'k6/http';
import { Color, Hidden, Id, one, User } from './_lib/types.ts';
import Missing, { type Something } from './_lib/not-there.ts';
import * as types from './_lib/types.ts';

export const options: Options = { iterations: 1 };

const user: User = { name: 'x' };
let missing: Missing;
let hidden: Hidden;

export default function (): void {
  const response: RefinedResponse<ResponseType> | undefined = undefined;
  const id: Id = 3;
  let other: types.User | null = null;
  check(user, { named: (u) => u.name === 'x' });
  console.log(user.name, Color.Green, Color[5], one, id, other, response === undefined, typeof http.get);
}
export type { User };
export { type Id };
