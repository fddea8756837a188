/**
 * The text of Chai for k6chaijs.
 *
 * Chai tells plugins of its methods through events of the Web, which k6 has not; no plugin listens here.
 */
import text from "chai/index.js" with { type: "text" };

// On the first line, so that positions in Chai stay as they are.
const EVENTS =
  "class Event { constructor(type) { this.type = type; } } class EventTarget { dispatchEvent() { return true; } } ";

export default EVENTS + text;
