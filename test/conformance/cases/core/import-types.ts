// @about: imports that only types use are no imports
import { type Name, Shape, unit } from './_types.ts';
import { Name as Label } from './_types.ts';

const shape: Shape = { size: unit };
const label: Label | Name = 'box';

export default function () {
  console.log(shape.size, label);
}
