/**
 * What `blob.stream()` gives: a readable stream of the blob's text, in pieces of 1024 bytes and an empty one at the end.
 *
 * @see k6 docs, javascript-api/k6-websockets/blob/blob-stream
 */

const CHUNK_BYTES = 1024;

/** The pieces in which k6 reads a blob. */
export function streamChunks(bytes: Uint8Array): string[] {
  const chunks: string[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    chunks.push(Buffer.from(bytes.subarray(at, at + CHUNK_BYTES)).toString());
  }
  chunks.push("");
  return chunks;
}

export type StreamMaker = (chunkCount: number, chunkAt: (index: number) => string) => object;

/** A closed function: evaluated in the realm. */
export function installStreams(RealmPromise: PromiseConstructor): StreamMaker {
  return (chunkCount, chunkAt) => {
    let at = 0;
    let reader: object | undefined;
    let tellClosed: () => void = () => undefined;
    const closed = new RealmPromise<void>((resolve) => {
      tellClosed = resolve;
    });
    const locked = (what: string) =>
      RealmPromise.reject(new TypeError(`cannot ${what}: the stream is locked to a reader`));
    const released = () => RealmPromise.reject(new TypeError("the reader was released"));
    const cancel = (): Promise<void> => {
      at = chunkCount;
      tellClosed();
      return RealmPromise.resolve();
    };
    const next = (): { value: string | undefined; done: boolean } => {
      if (at < chunkCount) return { value: chunkAt(at++), done: false };
      tellClosed();
      return { value: undefined, done: true };
    };
    return {
      get locked() {
        return reader !== undefined;
      },
      cancel: () => (reader === undefined ? cancel() : locked("cancel")),
      getReader() {
        if (reader !== undefined) throw new TypeError("cannot get a reader: the stream is locked to another one");
        const own: object = {
          closed,
          read: () => (reader === own ? RealmPromise.resolve(next()) : released()),
          cancel: () => (reader === own ? cancel() : released()),
          releaseLock() {
            if (reader === own) reader = undefined;
          },
        };
        reader = own;
        return own;
      },
    };
  };
}
