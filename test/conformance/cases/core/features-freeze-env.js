// @about: --features freeze-env makes __ENV read-only
// @args: --features freeze-env -e A=1
export default function () {
  try {
    __ENV.A = '2';
  } catch (error) {
    console.log(error.name);
  }
  console.log(__ENV.A);
}
