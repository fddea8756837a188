// @about: --features merge-run-tags mixes the tags of all layers, and tags the samples with the feature
// @args: --features merge-run-tags --tag a=flag --tag b=flag
export const options = { tags: { a: 'script', c: 'script' } };
export default function () {}
