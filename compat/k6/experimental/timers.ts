/**
 * The module `k6/experimental/timers`, for scripts of its own time: the same functions as in `k6/timers`.
 *
 * k6 v2 has removed it; `compat/removed.ts` says who still gets it.
 */
export { default } from "../timers.ts";
