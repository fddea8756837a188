// @about: a feature that there is not is an error in the log, and the test goes on
// @args: --features warp-drive
export default function () {
  console.log('goes on');
}
