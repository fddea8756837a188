// @about: --console-output gets the console's lines and nothing else; the log gets the others
// @args: --console-output console.json
// @files: console.json
// @ignore: files~^time$
console.log('init, before the options are known');
export const options = { iterations: 2 };
export default function () {
  console.debug('not shown');
  if (__ITER === 0) console.warn('warning');
  else throw new Error('to the log');
}
