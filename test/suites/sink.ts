/**
 * What every sink promises, whatever its kind: merging is adding, the order of merging does not show, and an empty
 * sink is the neutral element.
 */
import { expect, test } from "bun:test";
import fc from "fast-check";
import type { MetricKind } from "../../src/metrics/metric.ts";
import type { Sink } from "../../src/metrics/sink/sink.ts";

const STATS = ["avg", "min", "med", "max", "p(90)", "p(99.9)", "count"];

/** Whole numbers, whose sums are exact, so that results can be compared for identity. */
const values = fc.array(fc.integer({ min: -1_000_000, max: 1_000_000 }), { maxLength: 60 });

export function sinkSuite(name: string, kind: MetricKind, make: () => Sink): void {
  /** A sink with `list` added from `startMs` on, one each millisecond. */
  const filled = (list: readonly number[], startMs = 0) => {
    const sink = make();
    for (const [index, value] of list.entries()) sink.add(value, startMs + index);
    return sink;
  };
  const figures = (sink: Sink) => sink.format(2_000, STATS);

  test(`${name} knows its kind`, () => expect(make().kind).toBe(kind));

  test(`${name} is empty until something is added, also a zero`, () => {
    const sink = make();
    expect(sink.isEmpty()).toBe(true);
    sink.add(0, 1);
    expect(sink.isEmpty()).toBe(false);
  });

  test(`${name} merged is as if all values had been added to one`, () => {
    fc.assert(
      fc.property(values, values, (first, second) => {
        const merged = filled(first);
        merged.merge(filled(second, first.length));
        expect(figures(merged)).toEqual(figures(filled([...first, ...second])));
      }),
    );
  });

  test(`${name} merges associatively`, () => {
    fc.assert(
      fc.property(values, values, values, (a, b, c) => {
        const left = filled(a);
        left.merge(filled(b, 100));
        left.merge(filled(c, 200));
        const tail = filled(b, 100);
        tail.merge(filled(c, 200));
        const right = filled(a);
        right.merge(tail);
        expect(figures(left)).toEqual(figures(right));
      }),
    );
  });

  test(`${name} does not change the sink that it merges, nor share its memory`, () => {
    fc.assert(
      fc.property(values, values, (first, second) => {
        const source = filled(first);
        const target = make();
        target.merge(source);
        for (const [index, value] of second.entries()) target.add(value, 1_000 + index);
        expect(figures(source)).toEqual(figures(filled(first)));
      }),
    );
  });

  test(`${name} is unchanged by merging an empty one`, () => {
    fc.assert(
      fc.property(values, (list) => {
        const sink = filled(list);
        sink.merge(make());
        expect(figures(sink)).toEqual(figures(filled(list)));
      }),
    );
  });

  test(`${name} is like new after a reset`, () => {
    fc.assert(
      fc.property(values, values, (before, after) => {
        const sink = filled(before);
        sink.reset();
        expect(sink.isEmpty()).toBe(true);
        expect(figures(sink)).toEqual(figures(make()));
        for (const [index, value] of after.entries()) sink.add(value, index);
        expect(figures(sink)).toEqual(figures(filled(after)));
      }),
    );
  });

  test(`${name} has nothing under a name that it does not know`, () => {
    expect(filled([1]).get("nonsense", 1_000)).toBeUndefined();
    expect(filled([1]).get("p(101)", 1_000)).toBeUndefined();
  });
}
