// @about: options that are a function
export const options = () => ({ iterations: 2 });

export default function () {
  console.log('never');
}
