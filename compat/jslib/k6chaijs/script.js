/**
 * Stands in for jslib.k6.io/k6chaijs, every version: Chai, whose assertions are checks, passed ones too.
 *
 * The name of a check holds no values unless `chai.config.aggregateChecks` is false, so that all of them are counted
 * under one name.
 */
import { check, group } from "k6";
import exec from "k6/execution";
import * as Chai from "./chai.js";

const { Assertion, AssertionError, util } = Chai;
export const { config, expect } = Chai;
const { flag } = util;

Object.assign(config, {
  truncateVariableThreshold: 100,
  truncateMsgThreshold: 300,
  aggregateChecks: true,
  logFailures: false,
  exitOnError: false,
});

const truncated = (text) => {
  const max = config.truncateVariableThreshold;
  return text.length > max ? `${text.slice(0, max)}...` : text;
};
const shown = (value) => truncated(String(util.objDisplay(value)));

/** Chai words its messages for failures; passed checks are told in the same words. */
function template(assertion, positive, negative, expected) {
  let message = (flag(assertion, "negate") ? negative : positive) ?? "";
  if (typeof message === "function") message = message();
  message = message.replace("but ", "");
  const anonymize = flag(assertion, "anonymizeMsgFunction");
  if (anonymize) message = anonymize(message);
  return message.replace(/#\{exp\}/g, () => shown(expected));
}

Assertion.overwriteMethod(
  "assert",
  () =>
    function (...params) {
      const [, positive, negative, expected] = params;
      const isMet = util.test(this, params);
      const words = template(this, positive, negative, expected);
      const name = flag(this, "message");
      const full = words.replace(/#\{this\}/g, () => shown(flag(this, "object"))).replace(/#\{act\}/g, () => shown(util.getActual(this, params)));
      const aggregated = words.replace(/#\{this\}/g, () => name || "${this}").replace(/#\{act\}/g, () => "${actual}");
      const text = name && !config.aggregateChecks ? `${name}: ${full}` : full;
      check(null, { [truncated(config.aggregateChecks ? aggregated : text)]: () => isMet });
      if (isMet) return;
      const failure = truncated(text);
      if (config.logFailures) console.warn(failure);
      if (config.exitOnError) exec.test.abort(failure);
      throw new AssertionError(failure, { actual: util.getActual(this, params), expected, showDiff: false }, flag(this, "ssfi"));
    },
);

/** Keeps the value out of the messages of the assertions that follow in the chain, or changes them by a function. */
Assertion.addMethod("anonymize", function (change = (message) => message.replace(/#\{this\}/g, "<anonymized>")) {
  flag(this, "anonymizeMsgFunction", change);
});

Assertion.addMethod("validJsonBody", function () {
  let isValid = true;
  try {
    this._obj.json();
  } catch {
    isValid = false;
  }
  this.assert(isValid, "has valid json body", "does not have a valid json body", null);
});

/** A group that ends with the first assertion that fails; tells whether none did. */
export function describe(name, body) {
  let isSuccessful = true;
  group(name, () => {
    try {
      body();
    } catch (error) {
      isSuccessful = false;
      if (error?.name === "AssertionError") return;
      console.error(`Exception raised in test "${name}". Failing the test and continuing. \n${error}`);
      check(null, { [`Exception raised "${error}"`]: () => false });
    }
  });
  return isSuccessful;
}

export default { ...Chai, config, expect, describe };
