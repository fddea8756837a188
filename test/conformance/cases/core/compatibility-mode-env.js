// @about: K6_COMPATIBILITY_MODE, with the deprecated name of base
// @sysenv: K6_COMPATIBILITY_MODE=experimental_enhanced
export default function () {
  console.log(typeof global);
}
