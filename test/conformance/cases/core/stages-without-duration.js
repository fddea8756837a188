// @about: a stage that says no duration is none; with no other stage the script runs once
export const options = { stages: [{ target: 3 }] };
export default function () {
  console.log('iteration', __ITER);
}
