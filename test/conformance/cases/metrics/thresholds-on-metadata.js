// @about: filters on `vu` and `iter`, which are metadata and no tags, match nothing and are warned of
// @thresholds
export const options = {
  thresholds: {
    'iterations{scenario:default}': ['count == 1'],
    'iterations{vu:1,iter:0}': ['count == 0'],
  },
};

export default function () {}
