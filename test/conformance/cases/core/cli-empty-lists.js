// @about: -e and --tag with nothing, as an unset variable of the shell gives, say nothing
// @args: -e= --tag=
export default function () {
  console.log(__ITER);
}
