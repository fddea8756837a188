/** Function bodies with `op` and `log`, and the lines that each must write when it is compiled and run on a VU. */
import { expect, test } from "bun:test";
import { runBody } from "./run-script.ts";

export interface BodyCase {
  title: string;
  /** Strict code that knows `log`, `op`, `boom` and `call`. */
  body: string;
  log: string[];
  /** How often `op` had to hold the thread, where that is promised. */
  threadBlocks?: number;
}

export function checkBodies(subject: string, cases: readonly BodyCase[]): void {
  for (const { title, body, log, threadBlocks } of cases) {
    test(`${subject} ${title}`, async () => {
      const ran = await runBody(body);
      expect({ log: ran.log, errorText: ran.errorText }).toEqual({ log, errorText: "" });
      if (threadBlocks !== undefined) expect(ran.threadBlockCount).toBe(threadBlocks);
    });
  }
}
