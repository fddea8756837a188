/**
 * The connections of one VU: which are idle, which HTTP/2 ones can take another request, when to close.
 *
 * The most recently used idle connection is taken first, as Go does, so that the others can time out at the server. k6 sets
 * both bounds from its batch options: `batch` idle connections in all, `batchPerHost` for each host.
 */
import type { ConnectionOwner, HttpConnection } from "./connection.ts";

export interface PoolLimits {
  /** Idle connections in all; 0 means no limit. */
  idleMax: number;
  /** Idle connections of one key; 0 means 2, Go's default. */
  idlePerKeyMax: number;
}

export class ConnectionPool implements ConnectionOwner {
  readonly #limits: PoolLimits;
  readonly #keepsNone: boolean;
  readonly #idle = new Map<string, HttpConnection[]>();
  #idleCount = 0;
  #multiplexed: Map<string, HttpConnection> | undefined = undefined;

  /** @param keepsNone Close every connection after its answer (option `noConnectionReuse`). */
  constructor(limits: PoolLimits, keepsNone: boolean) {
    this.#limits = limits;
    this.#keepsNone = keepsNone;
  }

  /** A connection that is ready for a request, if there is one. */
  take(key: string): HttpConnection | undefined {
    const list = this.#idle.get(key);
    if (list !== undefined) {
      for (;;) {
        const connection = list.pop();
        if (connection === undefined) break;
        this.#idleCount--;
        if (connection.canTake) return connection;
      }
    }
    if (this.#multiplexed === undefined) return undefined;
    const shared = this.#multiplexed.get(key);
    return shared?.canTake ? shared : undefined;
  }

  /** Takes up a connection that has just been opened. @returns The one to use: another one may have become shareable. */
  admit(connection: HttpConnection): HttpConnection {
    if (!connection.isHttp2 || this.#keepsNone) return connection;
    this.#multiplexed ??= new Map();
    const other = this.#multiplexed.get(connection.key);
    if (other?.canTake) {
      connection.destroy();
      return other;
    }
    // The other one is full or closing: it ends with its last stream.
    other?.retire();
    this.#multiplexed.set(connection.key, connection);
    return connection;
  }

  onIdle(connection: HttpConnection): void {
    if (this.#keepsNone) {
      connection.destroy();
      return;
    }
    if (connection.isHttp2) return;
    let list = this.#idle.get(connection.key);
    if (list === undefined) {
      list = [];
      this.#idle.set(connection.key, list);
    }
    if (list.length >= (this.#limits.idlePerKeyMax || 2)) {
      connection.destroy();
      return;
    }
    list.push(connection);
    this.#idleCount++;
    if (this.#limits.idleMax > 0 && this.#idleCount > this.#limits.idleMax) this.#closeOldest(connection);
  }

  onClosed(connection: HttpConnection): void {
    const list = this.#idle.get(connection.key);
    const at = list === undefined ? -1 : list.lastIndexOf(connection);
    if (at >= 0) {
      list!.splice(at, 1);
      this.#idleCount--;
    }
    if (list?.length === 0) this.#idle.delete(connection.key);
    if (this.#multiplexed?.get(connection.key) === connection) this.#multiplexed.delete(connection.key);
  }

  /** Closes what is idle; requests under way go on (end of an iteration with `noVUConnectionReuse`). */
  closeIdle(): void {
    const idle = [...this.#idle.values()].flat();
    this.#idle.clear();
    this.#idleCount = 0;
    for (const connection of idle) connection.destroy();
    const shared = [...(this.#multiplexed?.values() ?? [])];
    this.#multiplexed = undefined;
    for (const connection of shared) connection.retire();
  }

  get idleCount(): number {
    return this.#idleCount;
  }

  /** Keys keep the order in which they came into use, lists the order of use: near enough to Go's exact age. */
  #closeOldest(newest: HttpConnection): void {
    for (const list of this.#idle.values()) {
      const oldest = list[0];
      if (oldest !== undefined && oldest !== newest) {
        oldest.destroy();
        return;
      }
    }
  }
}
