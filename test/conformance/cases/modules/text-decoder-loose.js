// @about: what TextDecoder and TextEncoder take besides bytes and text
const decoder = new TextDecoder();
for (const data of ['é', '', [65, 66], ['65'], [300, 1.5], [], { 0: 65, length: 1 }, null, undefined, 5, {}, true]) {
  try {
    console.log(JSON.stringify(decoder.decode(data)));
  } catch (e) {
    console.log(String(e));
  }
}
console.log(new TextEncoder().encode(null).length, new TextEncoder().encode(5).join());

export default function () {}
