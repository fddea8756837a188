// @about: a script that ends too early
export default function () {
  console.log('never');
