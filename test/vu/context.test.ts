import { expect, test } from "bun:test";
import { type ContextHook, IterationContext } from "../../src/vu/context.ts";

const hooks = (names: string[], told: string[]): ContextHook[] =>
  names.map((name) => ({
    contextEnded: () => void told.push(name),
    nextHook: undefined,
    previousHook: undefined,
  }));

for (const [removed, left] of [
  ["a", ["b", "c"]],
  ["b", ["a", "c"]],
  ["c", ["a", "b"]],
] as const) {
  test(`end() tells hooks in the order of hooking, without ${removed} that was taken off`, () => {
    const told: string[] = [];
    const context = new IterationContext();
    const names = ["a", "b", "c"];
    const all = hooks(names, told);
    for (const hook of all) context.hook(hook);
    const off = all[names.indexOf(removed)]!;
    context.unhook(off);
    context.unhook(off);
    context.end("end");
    context.end("interrupt");
    expect([told, context.endedBy]).toEqual([[...left], "end"]);
  });
}

test("a hook that was taken off can be put on again", () => {
  const told: string[] = [];
  const context = new IterationContext();
  const [a, b] = hooks(["a", "b"], told) as [ContextHook, ContextHook];
  context.hook(a);
  context.hook(b);
  context.unhook(a);
  context.hook(a);
  context.end("end");
  expect(told).toEqual(["b", "a"]);
});

test("a hook may take others off, and one that comes too late is told at once", () => {
  const told: string[] = [];
  const context = new IterationContext();
  const [second] = hooks(["second"], told) as [ContextHook];
  context.onEnd(() => {
    told.push("first");
    context.unhook(second);
    const off = context.onEnd(() => void told.push("late"));
    off();
  });
  context.hook(second);
  context.end("interrupt");
  expect(told).toEqual(["first", "late"]);
});
