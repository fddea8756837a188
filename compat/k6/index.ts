/**
 * The module `k6`: check, fail, group, randomSeed, sleep.
 *
 * @see k6 docs, javascript-api/k6
 */
import { GoError, type ModuleFactory, type Realm, Sleep, seededRandom } from "../../src/module-api.ts";
import { numberOf, textOf } from "./primitive.ts";
import { tagsFrom } from "./tag-value.ts";

const MS_PER_SECOND = 1000;
const SEPARATOR = "::";

const k6: ModuleFactory = (runtime) => {
  const { rt } = runtime;
  const checksMetric = runtime.registry.get("checks")!;
  const groupDurationMetric = runtime.registry.get("group_duration")!;

  const sleep = rt.blocking("sleep", 1, (args) => {
    const ms = numberOf(args[0]) * MS_PER_SECOND;
    return ms > 0 && !runtime.vu.isOver ? runtime.block(Sleep.of(runtime.vu, ms)) : undefined;
  });

  const fail = rt.fn("fail", 1, (args) => {
    const [reason] = args;
    throw new GoError(reason === undefined || reason === null ? "" : textOf(reason));
  });

  const randomSeed = rt.fn("randomSeed", 1, (args) => {
    const seed = Math.trunc(numberOf(args[0]));
    runtime.vu.extend().random = seededRandom(Number.isNaN(seed) ? 0 : seed);
  });

  const group = rt.coroutine("group", 2, function* (args) {
    const { vu } = runtime;
    if (vu.inInit) throw new GoError("Using group() in the init context is not supported");
    const [name, callback] = args;
    if (typeof callback !== "function") throw new GoError("group() requires a callback as a second argument");
    if (isAsync(rt, callback)) {
      throw new GoError(
        "group() does not support async functions as arguments, please see https://grafana.com/docs/k6/latest/javascript-api/k6/group/ for more info",
      );
    }
    const text = name === undefined || name === null ? "" : textOf(name);
    if (text.includes(SEPARATOR)) throw new GoError("group and check names may not contain '::'");
    // the tag is what counts: scripts may set it
    const { group: before } = vu;
    const outer = runtime.systemTags.has("group") ? (vu.tags.get("group") ?? "") : before;
    // at the top a group without a name is no group
    if (outer !== "" || text !== "") vu.group = `${outer}${SEPARATOR}${text}`;
    vu.tags = vu.withSystemTag(vu.tags, "group", vu.group);
    const startMs = runtime.clock.nowMs();
    try {
      return yield* vu.call(callback, undefined, []);
    } finally {
      // a group that is left by test.abort() is complete, one that is cut off is not
      if (!rt.k.x || vu.extras.endedTest === true) {
        vu.recordInScript(groupDurationMetric, runtime.clock.nowMs() - startMs, runtime.clock.epochMs());
        vu.group = before;
        vu.tags = vu.withSystemTag(vu.tags, "group", outer);
      }
    }
  });

  const check = rt.coroutine("check", 3, function* (args) {
    const { vu } = runtime;
    if (vu.inInit) throw new GoError("Using check() in the init context is not supported");
    if (args.length < 2) throw new GoError("no checks provided to `check`");
    const [value, checks, extraTags] = args;
    if (checks === undefined || checks === null) throw new TypeError("Cannot convert undefined or null to object");
    const tags = tagsFrom(vu.tags, extraTags);
    let allPass = true;
    let failure: { error: unknown } | undefined;
    const timeMs = runtime.clock.epochMs();
    for (const name of Object.keys(checks)) {
      if (name.includes(SEPARATOR)) throw new GoError("group and check names may not contain '::'");
      let result: unknown = checks[name];
      if (typeof result === "function") {
        if (isAsync(rt, result)) {
          throw new GoError(
            "the built-in check() does not support async functions as arguments. Use the JavaScript utils library as a replacement. Refer to https://grafana.com/docs/k6/latest/javascript-api/jslib/utils/check/ for more info",
          );
        }
        try {
          result = rt.hasTwin(result) ? yield* vu.call(result, undefined, [value]) : result(value);
        } catch (error) {
          // a check that is left by test.abort() has failed, one that is cut off has not been made
          if (rt.k.x && vu.extras.endedTest !== true) throw error;
          failure = { error };
          result = false;
        }
      }
      const pass = Boolean(result);
      if (!pass) allPass = false;
      vu.recordInScript(checksMetric, pass ? 1 : 0, timeMs, vu.withSystemTag(tags, "check", name));
      if (failure) throw failure.error;
    }
    return allPass;
  });

  return { named: { check, fail, group, randomSeed, sleep } };
};

const isAsync = (rt: Realm, f: unknown): boolean => {
  const kind = rt.kindOf(f);
  return kind === 1 || kind === 3;
};

export default k6;
