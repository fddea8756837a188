export interface Shape {
  size: number;
}
export type Name = string;
export const unit = 1;
