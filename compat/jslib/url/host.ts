/** The module `sixfold:url` behind the jslib url: the runtime's own parser of URLs. */
import type { ModuleFactory } from "../../../src/module-api.ts";

const PARTS = [
  "href",
  "origin",
  "protocol",
  "username",
  "password",
  "host",
  "hostname",
  "port",
  "pathname",
  "search",
  "hash",
] as const;
type Settable = Exclude<(typeof PARTS)[number], "origin" | "href">;

const url: ModuleFactory = ({ rt }) => {
  const parts = (parsed: URL): object =>
    Object.assign(rt.object(), Object.fromEntries(PARTS.map((part) => [part, parsed[part]])));
  return {
    named: {
      /** The parts of a URL; undefined if it is none. */
      parse: rt.fn("parse", 2, ([text, base]) => {
        const parsed = URL.parse(text, base);
        return parsed === null ? undefined : parts(parsed);
      }),
      /** The parts of a URL after one was set. */
      changed: rt.fn("changed", 3, ([href, part, value]) => {
        const parsed = new URL(href);
        parsed[part as Settable] = value;
        return parts(parsed);
      }),
    },
  };
};

export default url;
