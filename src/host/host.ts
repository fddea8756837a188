/** What the program needs of the machine it runs on; `main.ts` supplies the real one. */

/** Something that text is written to; `report/terminal.ts` draws on it. */
export interface TextStream {
  write(text: string): void;
  readonly isTTY: boolean;
  /** Columns of a terminal; undefined if they are unknown. */
  readonly columns: number | undefined;
}

/** A VU thread as the conductor sees it. */
export interface ThreadHandle {
  post(message: unknown, transfer?: ArrayBuffer[]): void;
  onMessage(listener: (message: any) => void): void;
  /** The thread died without being asked to. */
  onCrash(listener: (message: string) => void): void;
  terminate(): void;
}

export interface Host {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  readStdin(): Promise<string>;
  /** Calls back for each SIGINT ("interrupt") and SIGTERM ("terminated"). */
  onSignal(listener: (name: "interrupt" | "terminated") => void): void;
  /** Calls back once, when a write finds that the pipe behind standard output has been closed. */
  onReaderGone(listener: () => void): void;
  /** Starts the thread that the next call of `spawnThread` hands out: it loads while the command line is read. */
  prepareThread(): void;
  spawnThread(): ThreadHandle;
  cores: number;
  /** Ends the process at once. */
  exit(code: number): never;
  /** Ends the process when all that was written is out. */
  finish(code: number): Promise<never>;
}
