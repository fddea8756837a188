/**
 * Tag sets, interned: two sets with the same tags are the same object, so a series is found by identity.
 *
 * A set is reached from another by `with` and `without`; each transition is cached on the set it starts from, so the
 * hot path (`vuTags.with("url", u)`) is one map look-up. The number of cached transitions is bounded: beyond the bound
 * sets are still correct and interned, only slower to reach.
 */

/** Transitions remembered on one set; a test with more distinct values of one tag than this has other worries. */
const TRANSITIONS_MAX = 10_000;

export class TagSet {
  readonly root: TagSetRoot;
  /** Sorted by key. Do not modify. */
  readonly entries: readonly (readonly [key: string, value: string])[];
  /** Dense index among the sets of this thread. */
  readonly id: number;
  private transitions: Map<string, Map<string, TagSet>> | undefined;
  private transitionCount = 0;
  private record: Readonly<Record<string, string>> | undefined;
  /** Scratch space of the thread's sample recorder, by metric id. */
  readonly series: unknown[] = [];

  /** Only `TagSetRoot` makes sets. */
  constructor(root: TagSetRoot, entries: readonly (readonly [string, string])[], id: number) {
    this.root = root;
    this.entries = entries;
    this.id = id;
  }

  get(key: string): string | undefined {
    for (const entry of this.entries) if (entry[0] === key) return entry[1];
    return undefined;
  }

  /** The set with `key` set to `value`. */
  with(key: string, value: string): TagSet {
    const known = this.transitions?.get(key)?.get(value);
    if (known !== undefined) return known;
    const entries = this.entries.filter((entry) => entry[0] !== key);
    const at = entries.findIndex((entry) => entry[0] > key);
    entries.splice(at < 0 ? entries.length : at, 0, [key, value]);
    const next = this.root.intern(entries);
    if (this.transitionCount < TRANSITIONS_MAX) {
      this.transitions ??= new Map();
      let byValue = this.transitions.get(key);
      if (byValue === undefined) this.transitions.set(key, (byValue = new Map()));
      byValue.set(value, next);
      this.transitionCount++;
    }
    return next;
  }

  /** The set with all of `tags` set. */
  withAll(tags: Iterable<readonly [string, string]>): TagSet {
    let set: TagSet = this;
    for (const [key, value] of tags) set = set.with(key, value);
    return set;
  }

  /** The set without `key`. */
  without(key: string): TagSet {
    if (this.get(key) === undefined) return this;
    return this.root.intern(this.entries.filter((entry) => entry[0] !== key));
  }

  /** The tags as a plain object, made once. */
  toRecord(): Readonly<Record<string, string>> {
    this.record ??= Object.freeze(Object.fromEntries(this.entries));
    return this.record;
  }
}

/** Holds the tag sets of one thread. */
export class TagSetRoot {
  private readonly sets = new Map<string, TagSet>();
  readonly empty: TagSet = this.intern([]);

  intern(entries: readonly (readonly [string, string])[]): TagSet {
    let key = "";
    for (const [k, v] of entries) key += `${k.length}:${k}${v.length}:${v}`;
    let set = this.sets.get(key);
    if (set === undefined) this.sets.set(key, (set = new TagSet(this, entries, this.sets.size)));
    return set;
  }

  /** The set that holds exactly `tags`. */
  from(tags: Readonly<Record<string, string>>): TagSet {
    return this.empty.withAll(Object.entries(tags));
  }
}
