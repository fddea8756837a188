// @about: an async setup() that throws
export async function setup() {
  await null;
  throw new Error('no data');
}

export default function () {
  console.log('never');
}

export function teardown() {
  console.log('teardown');
}
