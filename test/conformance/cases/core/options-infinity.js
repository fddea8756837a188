// @about: Infinity in the options is refused, wherever it is
export const options = { scenarios: { a: { executor: 'shared-iterations', iterations: Infinity } } };
export default function () {}
