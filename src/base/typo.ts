/**
 * "Did you mean ...?" for closed sets of names.
 *
 * Close means few edits (insert, delete, replace, swap of neighbours) for the length of the name: one for up to four
 * characters, two for up to eight, three beyond. Case and the separators - and _ are no difference at all.
 */

/** The name of `known` that `name` was most likely meant to be; undefined if none is close. */
export function closest(name: string, known: Iterable<string>): string | undefined {
  const wanted = normal(name);
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const target = normal(candidate);
    const allowed =
      Math.max(wanted.length, target.length) <= 4 ? 1 : Math.max(wanted.length, target.length) <= 8 ? 2 : 3;
    if (Math.abs(wanted.length - target.length) > allowed) continue;
    const distance = editDistance(wanted, target);
    if (distance <= allowed && distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** The hint for an unknown `name`: `Did you mean "vus"?`, or undefined. */
export function didYouMean(name: string, known: Iterable<string>): string | undefined {
  const meant = closest(name, known);
  return meant === undefined ? undefined : `Did you mean "${meant}"?`;
}

function normal(name: string): string {
  return name.toLowerCase().replace(/[-_]/g, "");
}

/** Optimal string alignment distance. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(last[j]! + 1, row[j - 1]! + 1, replaced);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        row[j] = Math.min(row[j]!, beforeLast[j - 2]! + 1);
      }
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}
