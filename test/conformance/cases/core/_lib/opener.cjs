exports.atTop = open('./_where.txt');
exports.later = (name) => open(name);
