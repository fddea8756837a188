// @about: timeouts of more than 25 days are as good as any
import { sleep } from 'k6';

export const options = { setupTimeout: '1500h', teardownTimeout: '1500h', handleSummaryTimeout: '1500h' };

export function setup() {
  sleep(0.05);
  return 'data';
}
export default function (data) {
  console.log(data);
}
export function teardown() {
  sleep(0.05);
  console.log('teardown');
}
