// @about: `this` in arrow functions of an ES module is the global object, and undefined elsewhere
import { sleep } from 'k6';

export const options = { iterations: 2 };

const kind = (value) => (value === globalThis ? 'global' : typeof value);
const arrow = () => kind(this);
function plain() {
  return [kind(this), (() => kind(this))()].join();
}
const waits = () => {
  sleep(0.001);
  this.count = (this.count ?? 0) + 1;
  return (() => this.count)();
};
console.log(kind(this), arrow(), plain(), { a: () => kind(this) }.a(), [1].map(() => kind(this))[0]);

export default () => {
  console.log(kind(this), waits(), count);
};
