export const b = 2;
export function c() {}
export const a = 1;
export default 'd';
