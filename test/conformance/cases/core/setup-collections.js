// @about: what VUs get of maps and sets that setup() returned
export function setup() {
  return { map: new Map([['a', { b: 1 }]]), set: new Set([1, [2]]), none: new Map(), ints: new Int16Array([1, -2]) };
}

export default function (data) {
  for (const name of ['map', 'set', 'none', 'ints']) console.log(name, JSON.stringify(data[name]));
}
