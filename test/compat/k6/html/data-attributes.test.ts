import { expect, test } from "bun:test";
import { attributeToProperty, dataValue, propertyToAttribute } from "../../../../compat/k6/html/data-attributes.ts";

test("names of data attributes and of properties", () => {
  expect(["value", "some-value", "user-id", "api-url-path"].map(attributeToProperty)).toEqual([
    "value",
    "someValue",
    "userID",
    "apiURLPath",
  ]);
  expect(["value", "someValue", "some-value", "userID", "apiURLPath", "a_b"].map(propertyToAttribute)).toEqual([
    "value",
    "some-value",
    "some-value",
    "user-id",
    "api-url-path",
    "a-b",
  ]);
});

test("dataValue reads JSON, booleans and plain numbers only", () => {
  expect(["5", "1.50", "1e3", "-0.5", "true", "null", "", `{"a":[1]}`, "[oops", "text"].map(dataValue)).toEqual([
    5,
    "1.50",
    "1e3",
    -0.5,
    true,
    undefined,
    undefined,
    { a: [1] },
    "[oops",
    "text",
  ]);
});
