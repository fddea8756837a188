// Constructors that sleep, base and derived: other VUs go on meanwhile.
import { sleep } from 'k6';
import exec from 'k6/execution';
export const options = { vus: 3, iterations: 3 };
class Base {
  constructor(name) {
    sleep(0.2);
    this.name = name;
  }
}
class Own extends Base {
  #kept = 'kept';
  field = this.name + '!';
  constructor(name) {
    const before = name.toUpperCase();
    super(before);
    sleep(0.2);
    this.later = () => [this.#kept, this.field, super.toString()].join();
  }
}
class Implicit extends Own {
  last = this.later();
}
class Late extends Base {
  constructor() {
    try {
      this.early = true;
    } catch (e) {
      console.log(e.name);
    }
    sleep(0.01);
    super('late');
  }
}
export default function () {
  const one = new Implicit('one');
  const tookMs = Date.now() - exec.scenario.startTime;
  if (exec.scenario.iterationInTest === 0) {
    console.log(JSON.stringify(one), one instanceof Base, Object.getPrototypeOf(Implicit) === Own);
    console.log(JSON.stringify(new Late()));
  }
  if (tookMs > 1000) console.log('the VUs waited for each other');
}
