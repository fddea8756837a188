// @about: an output whose file cannot be opened ends the run before it begins
// @args: --out csv=no/such/folder/x.csv
export default function () {
  console.log('never');
}
