/** Stands in for jslib.k6.io/expect, every version: chains of expectations, each a check; the first that fails ends its chain. */
import { check, group } from "k6";
import { schemaErrors } from "./schema.js";

export class FunkBrokenChainException extends Error {
  constructor(message) {
    super(message);
    this.name = "FunkBrokenChainException";
    this.brokenChain = true;
  }
}

class Expectation {
  #value;
  #name = null;

  constructor(value) {
    this.#value = value;
  }

  /** What checks call the value. */
  as(name) {
    this.#name = name;
    return this;
  }
  /** Goes on with another value. */
  and(value) {
    this.#value = value;
    this.#name = null;
    return this;
  }

  #record(checkName, isSuccessful, value) {
    const tags = value === undefined || value === null ? undefined : { value: String(value) };
    check(null, { [checkName]: isSuccessful }, tags);
    if (!isSuccessful) throw new FunkBrokenChainException("Chain broke, skipping this check");
    return this;
  }
  #compare(relation, isSuccessful) {
    return this.#record(`${this.#name || this.#value} ${relation}`, isSuccessful, this.#value);
  }

  toEqual(expected) {
    const isEqual = this.#value === expected;
    const difference = isEqual ? "" : ` Expected '${expected}'`;
    const name = this.#name ? `${this.#name} is ${this.#value}.${difference}` : `${this.#value} is ${expected}`;
    return this.#record(name, isEqual, expected);
  }
  toBeGreaterThan(other) {
    return this.#compare(`is greater than ${other}`, this.#value > other);
  }
  toBeGreaterThanOrEqual(other) {
    return this.#compare(`is greater or equal to ${other}`, this.#value >= other);
  }
  toBeLessThan(other) {
    return this.#compare(`is less than ${other}`, this.#value < other);
  }
  toBeLessThanOrEqual(other) {
    return this.#compare(`is less or equal to ${other}`, this.#value <= other);
  }
  toBeBetween(from, to) {
    return this.#compare(`is between ${from} - ${to}`, this.#value >= from && this.#value <= to);
  }
  toBeTruthy() {
    return this.#compare("is truthy.", Boolean(this.#value));
  }

  toHaveValidJson() {
    const response = this.#value;
    if (!response?.request) {
      console.error("The object passed to expect/and for toHaveValidJson isn't a k6 HttpResponse. Aborting the check.");
      throw new FunkBrokenChainException("Chain broke, skipping this check");
    }
    let isValid = true;
    try {
      response.json();
    } catch {
      isValid = false;
    }
    return this.#record(`${response.request.url} has valid json response`, isValid);
  }

  toMatchAPISchema(schema) {
    const errors = schemaErrors(schema, this.#value);
    const name = this.#name || "";
    check(null, { [`${name} schema validation`]: errors.length === 0 });
    for (const { path, message } of errors) check(null, { [`${name} ${path} ${message}`]: false });
    if (errors.length > 0) throw new FunkBrokenChainException("Chain broke, skipping this check");
    return this;
  }
}

/** A group whose function gets `t.expect`; false if an expectation failed or it threw. */
export function describe(testName, callback) {
  let isSuccessful = true;
  group(testName, () => {
    try {
      callback({ expect: (value) => new Expectation(value) });
    } catch (error) {
      isSuccessful = false;
      if (error?.brokenChain) return;
      console.error(`Exception raised in test "${testName}". Failing the test and continuing. \n${error}`);
      check(null, { [`Exception raised "${error}"`]: false });
    }
  });
  return isSuccessful;
}
