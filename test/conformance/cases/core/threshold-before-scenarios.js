// @about: thresholds are looked at before what is to run
export const options = { iterations: 1, stages: [{ duration: '1s', target: 1 }], thresholds: { nope: ['count<1'] } };
export default function () {}
