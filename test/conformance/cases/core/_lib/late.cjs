const path = './deep' + 'er.cjs';
const deeper = require(path);

exports.sum = (a, b) => deeper.add(a, b);
exports.again = () => module.exports;

exports.fails = function () {
  const nothing = {};
  throw new TypeError(`late ${nothing.x}`);
};
