import { expect, test } from "bun:test";
import fc from "fast-check";
import { Fifo } from "../../src/execution/fifo.ts";

test("Fifo behaves as an array with push and shift", () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer(), { nil: undefined })), (operations) => {
      const fifo = new Fifo<number>();
      const model: number[] = [];
      for (const operation of operations) {
        if (operation === undefined) expect(fifo.shift()).toBe(model.shift());
        else {
          fifo.push(operation);
          model.push(operation);
        }
        expect(fifo.size).toBe(model.length);
        expect(fifo.peek()).toBe(model[0]);
      }
      fifo.clear();
      expect([fifo.size, fifo.shift()]).toEqual([0, undefined]);
    }),
  );
});
