// Statements that name nothing but types go, with the modules they name.
// @about: the same, where types are only erased
import { type Options } from 'k6/options';
import { type First, type Second as Other } from './_not-there.ts';
import {
  type Third,
  type Fourth as Last,
} from './_not-there.ts';
export { type Fifth } from './_not-there.ts';
const Kind = { Only: "only" };

export const options: Options = { iterations: 1 };

export default function (): void {
  const kinds: (string | First | Other | Third | Last)[] = [Kind.Only];
  console.log(kinds.join(), 'import { type A } from "b"');
}
