export interface User {
  name: string;
}
export type Id = number;
interface Hidden {
  a: number;
}
export enum Color {
  Red,
  Green = 5,
}
export const one = 1;
export { Hidden };
