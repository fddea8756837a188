// @about: promise reactions of a call that ends with an exception still run, before anything else does
import { group } from 'k6';
import { WebSocket } from 'k6/websockets';

export const options = { iterations: 4 };

const later = (text) => Promise.resolve().then(() => console.log(text)).then(() => console.log(text, 'again'));

export default function () {
  const s = new WebSocket(`${__ENV.WS_URL}/ws-echo`);
  s.onerror = (e) => console.log('error', e.error);
  s.onclose = (e) => console.log('close', e.code);
  const n = __ITER;
  s.onopen = () => {
    if (n === 0) {
      later('after open');
      throw new Error('in open');
    }
    s.send('x');
  };
  s.addEventListener('message', () => {
    if (n === 1) {
      later('after message');
      throw new Error('in message');
    }
    setTimeout(() => {
      group('timer', () => {
        (async () => {
          await null;
          console.log('after timer');
          Promise.reject(new Error('nobody hears of it'));
        })();
        throw new Error(`in timer ${n}`);
      });
    }, 50);
    if (n === 3) {
      later('after the function');
      s.close();
    }
  });
}
