// @about: an export named setup that is no function
export const setup = { token: 'x' };

export default function () {
  console.log('never');
}
