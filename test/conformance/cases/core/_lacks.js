import { nothing } from './_numbers.js';
export const value = nothing;
