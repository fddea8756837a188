// @about: an empty sequence of execution segments has no place for any segment
// @args: --execution-segment-sequence=
export default function () {}
