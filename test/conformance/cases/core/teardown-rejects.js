// @about: a promise of teardown() that nobody handles
export default function () {}

export function teardown() {
  Promise.reject('left behind');
  console.log('end of teardown');
}
