import value from './_not-there.js';
export default value;
