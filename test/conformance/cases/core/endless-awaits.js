// @about: an endless chain of async calls is cut off
export const options = { scenarios: { s: { executor: 'constant-vus', vus: 2, duration: '1s', gracefulStop: '100ms' } } };

export default function () {
  async function again() {
    await null;
    return again();
  }
  return again();
}

export function teardown() {
  console.log('teardown');
}
