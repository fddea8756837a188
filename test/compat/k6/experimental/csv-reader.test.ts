import { expect, test } from "bun:test";
import { CsvReader } from "../../../../compat/k6/experimental/csv-reader.ts";

const records = (text: string, delimiter = ","): string[][] => {
  const reader = new CsvReader(text, delimiter);
  const found: string[][] = [];
  for (let record = reader.read(); record !== undefined; record = reader.read()) found.push(record);
  return found;
};

test("CsvReader reads quoted fields, several lines, both line ends, empty lines", () => {
  expect(records('a,b\r\n\n"x, ""y""\r\nz",\r\n,"" \n'.replace('"" ', '""'))).toEqual([
    ["a", "b"],
    ['x, "y"\nz', ""],
    ["", ""],
  ]);
  expect(records("a;b,c\r", ";")).toEqual([["a", "b,c"]]);
  expect(records("")).toEqual([]);
  expect(records("\n\n")).toEqual([]);
});

// Positions and words of Go's encoding/csv.
const refused: [text: string, message: string][] = [
  ['a,b"c', 'parse error on line 1, column 4: bare " in non-quoted-field'],
  ['x\n"a"b', 'parse error on line 2, column 3: extraneous or missing " in quoted-field'],
  ['x\n"a\nb', 'record on line 2; parse error on line 3, column 2: extraneous or missing " in quoted-field'],
  ["a,b\nc", "record on line 2: wrong number of fields"],
  ['ü,b"', 'parse error on line 1, column 5: bare " in non-quoted-field'], // columns count bytes
];
for (const [text, message] of refused) {
  test(`CsvReader refuses ${JSON.stringify(text)}`, () => {
    expect(() => records(text)).toThrow(message);
  });
}
