// @about: res.json(): members of an object made by a selector that name themselves, with quotation marks or without
import http from 'k6/http';

export default function () {
  const r = http.get(`${__ENV.HTTP_URL}/json`);
  for (const selector of [
    '{a,b}', '{x:a,"y":b}', '{x:b.0,b.#}', '[a,x:b.1]', '{"a b":a}', '{x:nothing,none:nope}', '{b.@flatten:{"deep":true}}', '{x:b.@reverse}',
    '{x:b.#(>1)}', '{x:{y:a}}', '{:a}', '{x:}', '{b.2.c,text}',
  ]) {
    const found = r.json(selector);
    const text = found === undefined ? 'undefined' : Array.isArray(found) ? JSON.stringify(found) : Object.keys(found).sort().map((k) => `${k}=${JSON.stringify(found[k])}`).join();
    console.log(selector, text);
  }
}
