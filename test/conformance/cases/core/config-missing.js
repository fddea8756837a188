// @about: a configuration file that does not exist ends the run before the script runs
// @args: --config ./nope.json
console.log('not reached');
export default function () {}
