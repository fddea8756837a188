/**
 * The process exit codes of k6, each with what it says.
 *
 * @see k6 source, errext/exitcodes; k6 docs, "Exit codes"
 */
export const ExitCode = {
  /** The test ran to its end and every threshold held. */
  Ok: 0,
  /** At least one threshold was crossed. */
  ThresholdsFailed: 99,
  /** setup() took longer than setupTimeout. */
  SetupTimeout: 100,
  /** teardown() took longer than teardownTimeout. */
  TeardownTimeout: 101,
  /** Some other timeout. */
  GenericTimeout: 102,
  /** The test was stopped over the REST API. */
  StoppedByRest: 103,
  /** Options that contradict themselves or cannot be read. */
  InvalidConfig: 104,
  /** SIGINT or SIGTERM. */
  ExternalAbort: 105,
  /** The REST API could not be served. */
  CannotStartRest: 106,
  /** The script threw in init, setup or teardown, or could not be loaded. */
  ScriptException: 107,
  /** The script called test.abort(). */
  ScriptAborted: 108,
  /** Our own bug. */
  Panic: 109,
  /** The script called test.fail(). */
  MarkedAsFailed: 110,
  /** Any other error, wrong flags among them (k6 says -1). */
  Generic: 255,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
