/**
 * An error that scripts see as k6's `GoError`: what a function of k6 throws.
 *
 * Thrown by the host, it is made anew in the realm with the same message.
 */
export class GoError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "GoError";
  }
}

/** A `GoError` that a script did not catch, where k6 takes it for the error of Go that it holds: a text without places. */
export class BareGoError extends Error {}
