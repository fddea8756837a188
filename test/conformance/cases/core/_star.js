export * from './_numbers.js';
