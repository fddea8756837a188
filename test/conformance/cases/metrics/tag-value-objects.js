// @about: tags and metadata take objects that stand for numbers, booleans and symbols, but not those for strings
import { check } from 'k6';
import exec from 'k6/execution';
import http from 'k6/http';
import { Counter } from 'k6/metrics';
import { WebSocket } from 'k6/websockets';

const counter = new Counter('my_counter');

class Named extends Number {
  toString() {
    return 'named';
  }
}

const values = {
  number: new Number(5),
  negativeZero: new Number(-0),
  boolean: new Boolean(true),
  string: new String('s'),
  symbol: Symbol('s'),
  bareSymbol: Symbol(),
  boxedSymbol: Object(Symbol('o')),
  bigint: 5n,
  boxedBigint: Object(5n),
  date: new Date(0),
  derived: new Named(3),
  proxy: new Proxy(new Number(5), {}),
};

function attempt(what, f) {
  try {
    console.log(what, f());
  } catch (e) {
    console.log(what, 'threw', String(e));
  }
}

export default function () {
  for (const [name, value] of Object.entries(values)) {
    attempt(`add ${name}`, () => counter.add(1, { a: value }));
    attempt(`check ${name}`, () => check(1, { fine: true }, { a: value }));
    attempt(`tags ${name}`, () => {
      exec.vu.metrics.tags.b = value;
      return exec.vu.tags.b;
    });
    attempt(`metadata ${name}`, () => {
      exec.vu.metrics.metadata.c = value;
      return exec.vu.metrics.metadata.c;
    });
    delete exec.vu.metrics.tags.b;
    delete exec.vu.metrics.metadata.c;
    attempt(`http ${name}`, () => http.get(`${__ENV.HTTP_URL}/`, { tags: { a: value } }).status);
  }
  attempt('websockets', () => {
    new WebSocket('ws://:7183/x', null, { tags: { a: values.number } }).onerror = () => {};
  });
}
