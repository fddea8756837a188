// @about: a teardown that is no function is refused
export let teardown;
export default function () {}
