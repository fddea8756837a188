import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  formatSegmentSequence,
  parseSegmentSequence,
  Segment,
  SegmentError,
  Share,
  ShareCursor,
  StripedSequence,
} from "../../src/options/segment.ts";

const THIRDS = parseSegmentSequence("0,1/3,2/3,1");

/** All shares of a sequence that is given as text. */
function sharesOf(text: string): Share[] {
  const segments = parseSegmentSequence(text);
  return segments.map((segment) => Share.of(segment, segments));
}

function firstIndexes(share: Share, count: number): number[] {
  return Array.from({ length: count }, (_, k) => share.indexAt(k));
}

describe("Segment.parse", () => {
  test.each([
    ["1/3:2/3", "1/3:2/3"],
    ["2/4:75%", "1/2:3/4"],
    ["0.25:0.5", "1/4:1/2"],
    ["20%", "0:1/5"],
    ["1/5", "0:1/5"],
    ["2.5e-1", "0:1/4"],
    ["", "0:1"],
    ["0:1", "0:1"],
  ])("reads %p as %p", (text, canonical) => {
    expect(Segment.parse(text).toString()).toBe(canonical);
  });

  test.each([
    ["0.5:0.4", "segment start(0.50) must be less than its end(0.40)"],
    ["0:2", "segment end value can't be more than 1 but was 2.00"],
    ["-1:1", "segment start value must be at least 0 but was -1.00"],
    ["abc", "'abc' is not a valid percentage, decimal, fraction or interval value"],
    ["1/0", "'1/0' is not a valid percentage, decimal, fraction or interval value"],
    ["0:", "'' is not a valid percentage, decimal, fraction or interval value"],
    ["12.5%", "'12.5%' is not a valid percentage"],
  ])("refuses %p with k6's words", (text, message) => {
    expect(() => Segment.parse(text)).toThrow(new SegmentError(message));
  });
});

describe("parseSegmentSequence", () => {
  test("reads borders, and writes them reduced", () => {
    expect(formatSegmentSequence(parseSegmentSequence("0,1/4,2/4,3/4,1"))).toBe("0,1/4,1/2,3/4,1");
    expect(parseSegmentSequence("")).toEqual([]);
    expect(formatSegmentSequence([])).toBe("");
  });

  test("refuses one point, and falling ones", () => {
    expect(() => parseSegmentSequence("0")).toThrow(
      "at least 2 points are needed for an execution segment sequence, 1 given",
    );
    expect(() => parseSegmentSequence("0,1,1/2")).toThrow("segment start(1.00) must be less than its end(0.50)");
  });
});

describe("StripedSequence", () => {
  // spec/distributed.md, section 3.2
  test.each([
    ["0,1/3,2/3,1", 3, [[0], [1], [2]]],
    ["0,1/2,3/4,1", 4, [[0, 2], [1], [3]]],
    ["0,1/10,1/2,1", 10, [[7], [1, 3, 5, 9], [0, 2, 4, 6, 8]]],
    ["0,3/5,14/15,1", 15, [[0, 2, 4, 5, 7, 9, 10, 12, 14], [1, 3, 6, 11, 13], [8]]],
  ])("deals the indexes of %p", (text, lcd, own) => {
    const sequence = StripedSequence.of(parseSegmentSequence(text));
    expect(sequence.lcd).toBe(lcd);
    expect(own.map((_, position) => [...sequence.ownIndexes(position)])).toEqual(own);
  });

  test("refuses a sequence with a gap, and one with an absurd denominator", () => {
    expect(() => StripedSequence.of(parseSegmentSequence("0,1/2"))).toThrow("is not full");
    expect(() => StripedSequence.of(parseSegmentSequence("0,1/50000017,1"))).toThrow("common denominator");
  });
});

describe("Share", () => {
  test("without a segment is everything", () => {
    const share = Share.fromOptions({});
    expect(share.scale(7)).toBe(7);
    expect(firstIndexes(share, 3)).toEqual([0, 1, 2]);
    expect(share.portion).toBe(1);
  });

  test("fills the sequence around a lone segment", () => {
    const share = Share.fromOptions({ executionSegment: "20%" });
    expect(firstIndexes(share, 2)).toEqual([1, 6]);
    expect(share.portion).toBe(0.2);
    expect(Share.fromOptions({ executionSegment: "1/4:3/4", executionSegmentSequence: "1/4,3/4" }).scale(4)).toBe(2);
  });

  test("refuses a segment that is not in the sequence", () => {
    expect(() => Share.of(Segment.parse("1/4:1/2"), THIRDS)).toThrow(
      "couldn't find segment 1/4:1/2 in sequence 0,1/3,2/3,1",
    );
    expect(() => Share.of(undefined, THIRDS)).toThrow("couldn't find segment 0:1 in sequence 0,1/3,2/3,1");
  });

  test("tells its striped offsets", () => {
    const [first, second] = sharesOf("0,1/2,3/4,1");
    expect(first!.stripedOffsets()).toEqual({ start: 0, offsets: [2, 2], lcd: 4 });
    expect(second!.stripedOffsets()).toEqual({ start: 1, offsets: [4], lcd: 4 });
    expect(first!.split(2)[1]!.stripedOffsets()).toEqual({ start: 2, offsets: [4], lcd: 4 });
  });

  // spec/distributed.md, section 3.4: ten VUs over thirds are lengths 4/10, 3/10, 3/10.
  test("resegment cuts the sequence anew by the number of VUs", () => {
    const shares = sharesOf("0,1/3,2/3,1").map((share) => share.resegment(10)!);
    expect(shares.map((share) => share.scale(30))).toEqual([12, 9, 9]);
    expect(firstIndexes(shares[1]!, 9)).toEqual([1, 4, 7, 11, 14, 17, 21, 24, 27]);
  });

  test("resegment drops a share without a VU", () => {
    const shares = sharesOf("0,1/3,2/3,1").map((share) => share.resegment(2));
    expect(shares.map((share) => share?.scale(7))).toEqual([4, 3, undefined]);
  });

  test("split numbers the process's own indexes, so other processes keep theirs", () => {
    const second = Share.of(THIRDS[1], THIRDS);
    const [a, b] = second.split(2);
    expect(firstIndexes(a!, 3)).toEqual([1, 7, 13]);
    expect(firstIndexes(b!, 3)).toEqual([4, 10, 16]);
    expect(a!.segment.toString()).toBe("1/3:2/3");
    expect(() => second.split(0)).toThrow(RangeError);
  });
});

const border = fc.tuple(fc.integer({ min: 1, max: 23 }), fc.integer({ min: 2, max: 24 })).filter(([n, d]) => n < d);

/** A full sequence with up to six segments. */
const sequence = fc.array(border, { maxLength: 5 }).map((borders) => {
  const points = [...new Map(borders.map(([n, d]) => [n / d, `${n}/${d}`])).entries()].sort((a, b) => a[0] - b[0]);
  return ["0", ...points.map(([, text]) => text), "1"].join(",");
});

describe("the shares of any sequence", () => {
  const check = (shares: Share[], count: number) => {
    expect(shares.reduce((sum, share) => sum + share.scale(count), 0)).toBe(count);
    const indexes = shares.flatMap((share) => firstIndexes(share, share.scale(count))).sort((a, b) => a - b);
    expect(indexes).toEqual(Array.from({ length: count }, (_, index) => index));
  };

  test("add up to the whole, and no index is in two", () => {
    fc.assert(fc.property(sequence, fc.nat(300), (text, count) => check(sharesOf(text), count)));
  });

  test("do so when cut anew by a number of VUs", () => {
    fc.assert(
      fc.property(sequence, fc.integer({ min: 1, max: 60 }), fc.nat(300), (text, vus, count) =>
        check(
          sharesOf(text).flatMap((share) => share.resegment(vus) ?? []),
          count,
        ),
      ),
    );
  });

  test("do so when each is split for threads, also when cut anew", () => {
    fc.assert(
      fc.property(
        sequence,
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 60 }),
        fc.nat(300),
        (text, threads, vus, count) => {
          const parts = sharesOf(text).flatMap((share) => share.split(threads));
          check(parts, count);
          check(
            parts.flatMap((share) => share.resegment(vus) ?? []),
            count,
          );
        },
      ),
    );
  });

  test("keep a process's indexes when it is split", () => {
    fc.assert(
      fc.property(sequence, fc.integer({ min: 1, max: 8 }), fc.nat(200), (text, threads, count) => {
        for (const share of sharesOf(text)) {
          const own = firstIndexes(share, share.scale(count));
          const parts = share.split(threads).flatMap((part) => firstIndexes(part, part.scale(count)));
          expect(parts.sort((a, b) => a - b)).toEqual(own);
        }
      }),
    );
  });

  test("never fall when the whole grows, and repeat by their striped offsets", () => {
    fc.assert(
      fc.property(sequence, fc.nat(100), fc.boolean(), (text, count, split) => {
        for (const share of sharesOf(text).flatMap((one) => (split ? one.split(3) : one))) {
          expect(share.scale(count + 1)).toBeGreaterThanOrEqual(share.scale(count));
          const { start, offsets, lcd } = share.stripedOffsets();
          expect(offsets.reduce((sum, offset) => sum + offset, 0)).toBe(lcd);
          let index = start;
          for (let k = 0; k < 2 * offsets.length; k++) {
            expect(share.indexAt(k)).toBe(index);
            index += offsets[k % offsets.length]!;
          }
        }
      }),
    );
  });
});

test("ShareCursor walks own numbers, from 1, in both directions", () => {
  const cursor = new ShareCursor(Share.of(THIRDS[1], THIRDS));
  const at = () => [cursor.scaled, cursor.unscaled];
  expect(at()).toEqual([0, 0]);
  cursor.next();
  expect(at()).toEqual([1, 2]);
  cursor.goTo(9);
  expect(at()).toEqual([3, 8]);
  cursor.previous();
  expect(at()).toEqual([2, 5]);
  cursor.goTo(1);
  expect(at()).toEqual([0, 0]);
});
