// @about: half of a surrogate pair is logged as U+FFFD
export default function () {
  console.log('emoji 😀'.slice(0, 7));
  console.error('a\udc00b "q"', { x: '\ud83d' });
  console.log(['\ud83d']);
  throw new Error('x\ud83dy');
}
