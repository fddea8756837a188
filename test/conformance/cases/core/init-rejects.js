// @about: a promise of the init context that nobody handles
Promise.reject(new Error('early'));

export default function () {
  console.log('never');
}
