export * from './counter.js';
export { bump as increase } from './counter.js';
