// A socket behind a Proxy, or as the prototype of another object: its members do not ask what `this` is.
// @about: sockets behind proxies and facades
// @unordered
import { WebSocket } from 'k6/websockets';

const url = `${__ENV.WS_URL}/ws-echo`;

export default function () {
  const plain = new Proxy(new WebSocket(url), {});
  plain.binaryType = 'arraybuffer';
  console.log(plain.binaryType, plain.readyState, plain.bufferedAmount, plain.url === url);
  plain.onopen = () => {
    console.log('plain open', plain.readyState);
    plain.send('one');
  };
  plain.onmessage = (event) => {
    console.log('plain', event.data);
    plain.close();
  };

  const traced = new Proxy(new WebSocket(url), {
    get: (target, key, receiver) => Reflect.get(target, key, receiver),
    set: (target, key, value, receiver) => Reflect.set(target, key, value, receiver),
  });
  traced.onopen = () => {
    console.log('traced open', traced.readyState);
    traced.close();
  };

  const facade = Object.create(new WebSocket(url), {
    sendJson: {
      value(object) {
        this.send(JSON.stringify(object));
      },
    },
  });
  facade.onopen = () => facade.sendJson({ two: facade.readyState });
  facade.onmessage = (event) => {
    console.log('facade', event.data);
    facade.close();
  };
}
