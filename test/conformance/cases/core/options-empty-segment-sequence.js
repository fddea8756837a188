// @about: the same in the script's options, with a segment
export const options = { executionSegment: '1/2', executionSegmentSequence: '' };

export default function () {}
