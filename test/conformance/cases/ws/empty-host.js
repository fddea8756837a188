// @about: a URL without a host name has nothing to look up
import ws from 'k6/ws';

export default function () {
  for (const url of ['ws://:7183/x', 'ws:/127.0.0.1:7183/x']) {
    const res = ws.connect(url, null, () => console.log('never'));
    console.log(url, res.status, res.error);
  }
}
