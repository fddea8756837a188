/** Stands in for jslib.k6.io/k6-summary, every version: what `handleSummary` prints or writes. */
export { humanizeValue, jUnit, textSummary } from "sixfold:summary";
