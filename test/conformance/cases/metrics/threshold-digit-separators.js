// @about: numbers of thresholds may have separators between digits, as Go's do
// @thresholds
export const options = { iterations: 2, thresholds: { iterations: ['count<1_000', 'count>1_0'] } };
export default function () {}
