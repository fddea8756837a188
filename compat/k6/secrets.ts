/**
 * The module `k6/secrets`: values that scripts may use and logs never show.
 *
 * @see k6 docs, javascript-api/k6-secrets
 */
import { bareRejection, type ModuleFactory, promised, rejected } from "../../src/module-api.ts";
import { toText } from "./go-type.ts";

const DEFAULT = "default";

const secrets: ModuleFactory = (runtime) => {
  const { rt } = runtime;

  /** @throws {Rejection} If there is none. */
  const find = (sourceName: string, key: string): string => {
    const sources = runtime.secretSources;
    if (Object.keys(sources).length === 0) throw bareRejection("no secret sources are configured");
    if (!Object.hasOwn(sources, sourceName)) {
      throw bareRejection(`no secret source with name ${JSON.stringify(sourceName)} is configured`);
    }
    const source = sources[sourceName]!;
    if (!Object.hasOwn(source, key)) throw bareRejection("no value");
    return source[key]!;
  };

  const source = (name: string): any => {
    const object = rt.object();
    object.get = rt.fn("get", 1, ([key]) => {
      let secret: string;
      try {
        secret = find(name, toText(key));
      } catch (error) {
        return rejected(runtime, error);
      }
      runtime.onSecretUsed(secret);
      return promised(runtime, Promise.resolve(secret), (value) => value);
    });
    return object;
  };

  const all = source(DEFAULT);
  all.source = rt.fn("source", 1, ([name]) => source(toText(name)));
  return { named: {}, default: all, transpiled: true };
};

export default secrets;
