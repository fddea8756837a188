// @about: K6_STAGES with nothing in it sets stages to none
// @sysenv: K6_STAGES=
export const options = { iterations: 3 };

export default function () {
  console.log(__ITER);
}
