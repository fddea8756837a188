export const atTop = open('./_where.txt');
export const later = (name) => open(name);
export const beside = (name) => open(import.meta.resolve(name));
