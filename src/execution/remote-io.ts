/**
 * I/O of blocked VU threads, done by the conductor: both ends.
 *
 * The thread posts what it wants with a piece of shared memory and waits on its first cell; the conductor, whose event
 * loop runs, does the work and writes the answer there. An answer that is too long for it is fetched with a second piece
 * of the right size.
 */
import process from "node:process";
import { type RemoteIo, type Waiter, waitOnCell } from "../vu/thread-block.ts";

export type IoMessage =
  | { type: "io"; operation: string; request: unknown; memory: SharedArrayBuffer }
  /** The answer in `memory` was too long: here is room for all of it. */
  | { type: "ioFetch"; answer: number; memory: SharedArrayBuffer };

/** Cells at the beginning of the memory. */
const STATE = 0;
const LENGTH = 1;
const ANSWER = 2;
const HEAD_BYTES = 16;
const WAITING = 0;
const HERE = 1;
const TOO_LONG = 2;

/** Nearly every answer fits. */
const FIRST_BYTES = 64 << 10;

/** Loaded by the first answer: most tests have none. */
const v8 = () => process.getBuiltinModule("node:v8");

type Answer = { value: unknown } | { error: string };

/** The end in a VU thread. */
export class RemoteIoCaller implements RemoteIo {
  readonly #post: (message: IoMessage) => void;

  constructor(post: (message: IoMessage) => void) {
    this.#post = post;
  }

  call(operation: string, request: unknown, waiter: Waiter): unknown {
    let memory = new SharedArrayBuffer(HEAD_BYTES + FIRST_BYTES);
    let cells = new Int32Array(memory, 0, HEAD_BYTES / 4);
    this.#post({ type: "io", operation, request, memory });
    if (!waitOnCell(cells, STATE, waiter)) return undefined;
    const length = cells[LENGTH]!;
    if (cells[STATE] === TOO_LONG) {
      const answer = cells[ANSWER]!;
      memory = new SharedArrayBuffer(HEAD_BYTES + length);
      cells = new Int32Array(memory, 0, HEAD_BYTES / 4);
      this.#post({ type: "ioFetch", answer, memory });
      if (!waitOnCell(cells, STATE, waiter)) return undefined;
    }
    const answer = v8().deserialize(Buffer.from(new Uint8Array(memory, HEAD_BYTES, length).slice())) as Answer;
    if ("error" in answer) throw new Error(`internal error: ${operation} failed on the conductor: ${answer.error}`);
    return answer.value;
  }

  pause(ms: number, waiter: Waiter): boolean {
    return waitOnCell(new Int32Array(new SharedArrayBuffer(4)), 0, waiter, ms);
  }
}

export type IoOperations = Readonly<Record<string, (request: any) => unknown>>;

/** The end in the conductor. */
export class RemoteIoServer {
  readonly #operations: IoOperations;
  /** Answers that wait for more room. A thread that was cut off never asks for its own; there are few of those. */
  readonly #long = new Map<number, Uint8Array>();
  #longCount = 0;

  constructor(operations: IoOperations) {
    this.#operations = operations;
  }

  async receive(message: IoMessage): Promise<void> {
    if (message.type === "ioFetch") {
      const bytes = this.#long.get(message.answer)!;
      this.#long.delete(message.answer);
      write(message.memory, bytes);
      return;
    }
    const { operation, request, memory } = message;
    let answer: Answer;
    try {
      answer = { value: await this.#operations[operation]!(request) };
    } catch (error) {
      answer = { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
    const bytes = v8().serialize(answer);
    if (bytes.length <= FIRST_BYTES) {
      write(memory, bytes);
      return;
    }
    const number = this.#longCount++;
    this.#long.set(number, bytes);
    const cells = new Int32Array(memory, 0, HEAD_BYTES / 4);
    cells[LENGTH] = bytes.length;
    cells[ANSWER] = number;
    settle(cells, TOO_LONG);
  }
}

function write(memory: SharedArrayBuffer, bytes: Uint8Array): void {
  new Uint8Array(memory, HEAD_BYTES).set(bytes);
  const cells = new Int32Array(memory, 0, HEAD_BYTES / 4);
  cells[LENGTH] = bytes.length;
  settle(cells, HERE);
}

function settle(cells: Int32Array, state: typeof HERE | typeof TOO_LONG): void {
  Atomics.compareExchange(cells, STATE, WAITING, state);
  Atomics.notify(cells, STATE);
}
