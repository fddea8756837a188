// @about: http.file() with arguments that are there but say nothing
import http from 'k6/http';

export default function () {
  for (const args of [['x', null], ['x', undefined], ['x', 'n', null], ['x', 'n', undefined], ['x', '', ''], ['x', 5, 6]]) {
    const file = http.file(...args);
    console.log(args.length, /^\d{10,}$/.test(file.filename) ? 'time' : `"${file.filename}"`, `"${file.content_type}"`);
  }
}
