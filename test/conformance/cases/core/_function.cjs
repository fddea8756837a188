module.exports = () => 'called';
module.exports.extra = 1;
