'use strict';
Object.defineProperty(exports, '__esModule', { value: true });
exports.z = 3;
exports.default = { k: 9 };
