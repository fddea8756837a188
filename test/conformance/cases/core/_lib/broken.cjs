exports.x = (;
