// Timers that a due one clears when the iteration has failed never run.
export default function () {
  setTimeout(() => { console.log('first'); clearTimeout(second); clearTimeout(third); }, 0);
  const second = setTimeout(() => console.log('second'), 0);
  const third = setTimeout(() => console.log('third'), 500);
  setTimeout(() => console.log('fourth'), 0);
  throw new Error('E');
}
