/**
 * The module `k6/timers`: the global timer functions, by another name.
 *
 * @see k6 docs, javascript-api/k6-timers
 */
import type { ModuleFactory } from "../../src/module-api.ts";

export const TIMER_NAMES = ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] as const;

const timers: ModuleFactory = ({ realm }) => ({
  named: Object.fromEntries(TIMER_NAMES.map((name) => [name, realm.globalBase[name]])),
});

export default timers;
