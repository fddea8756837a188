import { expect, test } from "bun:test";
import { headerViolations } from "../../src/net/websocket-violation.ts";

const plain = { deflate: false, fragmented: false };

test("headerViolations finds nothing wrong with frames as servers write them", () => {
  expect(headerViolations(0x81, 125, plain)).toBe(""); // text
  expect(headerViolations(0x89, 125, plain)).toBe(""); // ping, as long as one may be
  expect(headerViolations(0x80, 1, { deflate: false, fragmented: true })).toBe(""); // the last part of a message
  expect(headerViolations(0xc1, 1, { deflate: true, fragmented: false })).toBe(""); // compressed text
});

test("headerViolations names all that is wrong, in gorilla's order", () => {
  expect(headerViolations(0x79, 0xfe, plain)).toBe(
    "RSV1 set, RSV2 set, RSV3 set, len > 125 for control, FIN not set on control, bad MASK",
  );
  expect(headerViolations(0xa2, 1, { deflate: false, fragmented: true })).toBe("RSV2 set, data before FIN");
  expect(headerViolations(0xd0, 1, { deflate: true, fragmented: false })).toBe("RSV3 set, continuation after FIN");
  expect(headerViolations(0x8b, 1, plain)).toBe("bad opcode 11");
});
