// Binary data: bytes go out as an ArrayBuffer and come back as one.
import { check } from 'k6';
import { WebSocket } from 'k6/websockets';

const server = __ENV.WS_URL || 'ws://127.0.0.1:8765';

export const options = { iterations: 1, thresholds: { checks: ['rate==1'] } };

/** A telegram of eight bytes: sensor number, then its value as a big-endian float. */
function telegram(sensor, value) {
  const view = new DataView(new ArrayBuffer(8));
  view.setUint32(0, sensor);
  view.setFloat32(4, value);
  return view.buffer;
}

export default function () {
  const ws = new WebSocket(`${server}/ws/echo`);
  ws.binaryType = 'arraybuffer';

  ws.onopen = () => ws.send(telegram(7, 21.5));
  ws.onmessage = (event) => {
    const view = new DataView(event.data);
    check(view, {
      'eight bytes': (v) => v.byteLength === 8,
      'same sensor': (v) => v.getUint32(0) === 7,
      'same value': (v) => v.getFloat32(4) === 21.5,
    });
    ws.close();
  };
  ws.onerror = (event) => console.error(event.error);
}
