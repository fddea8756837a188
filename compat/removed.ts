/** Modules that k6 has removed, each with what k6 says when a script imports it. */
import { TIMER_NAMES } from "./k6/timers.ts";

const REMOVED: Readonly<Record<string, string>> = {
  "k6/experimental/browser":
    "k6/experimental/browser has been graduated, please use k6/browser instead.Please update your imports to use " +
    "k6/browser instead of k6/experimental/browser, For more information, see the migration guide at the link: " +
    "https://grafana.com/docs/k6/latest/using-k6-browser/migrating-to-k6-v0-52/",
  "k6/experimental/grpc":
    "k6/experimental/grpc has been graduated, please use k6/net/grpc instead. See " +
    "https://grafana.com/docs/k6/latest/javascript-api/k6-net-grpc/ for more information.",
  "k6/experimental/redis":
    "k6/experimental/redis has been removed. Please migrate to the new version by changing your import to 'k6/x/redis'. " +
    "Read more here: https://grafana.com/docs/k6/latest/javascript-api/k6-x-redis",
  "k6/experimental/timers":
    "k6/experimental/timers has been graduated, and it's now globally available as defined by standard WebAPIs. You just " +
    "need to remove the import.",
  "k6/experimental/tracing":
    "k6/experimental/tracing has been removed. All of it functionality is available as pure JavaScript module. More info " +
    "available at the docs: https://grafana.com/docs/k6/latest/javascript-api/jslib/http-instrumentation-tempo",
  "k6/experimental/webcrypto":
    "k6/experimental/webcrypto has been graduated and it's now globally available as defined by standard WebAPIs. You " +
    "just need to remove the import.",
};

/**
 * What k6 says of a module that it has removed; undefined for others.
 *
 * One of them is still given out: `k6/experimental/timers`, to scripts that import all of its four functions, as those
 * from the time of k6 v0.4x do. Its functions are the global ones, so such a script means what it says.
 *
 * @param imported Names that import statements of the script take from it.
 */
export function removedModule(specifier: string, imported: ReadonlySet<string>): string | undefined {
  if (specifier === "k6/experimental/timers" && TIMER_NAMES.every((name) => imported.has(name))) return undefined;
  return REMOVED[specifier];
}
