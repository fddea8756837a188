// @about: the only VU of a ramp would start when it is over, so nothing does
// @vus
export const options = { scenarios: { work: { executor: 'ramping-vus', startVUs: 0, stages: [{ duration: '1200ms', target: 1 }] } } };
export default function () {}
