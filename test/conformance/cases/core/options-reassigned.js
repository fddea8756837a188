// @about: options that are assigned once more
export let options = { iterations: 1 };
if (__ENV.RUN_ID) options = { iterations: 2 };

export default function () {
  console.log('ran', JSON.stringify(options.iterations));
}
