/** The known key that `word` most likely means; undefined when none is near. Spelling style and case do not count. */
export function nearestKey(word: string, known: readonly string[]): string | undefined {
  const wanted = toKebab(word);
  const ranked = known
    .map((key) => ({ key, distance: editDistance(wanted, toKebab(key)) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  // One slip in three letters is a typing error; more is another word.
  if (best !== undefined && best.distance <= Math.max(1, Math.floor(wanted.length / 3))) return best.key;
  return known.find((key) => wanted.length >= 4 && toKebab(key).includes(wanted));
}

/** `did you mean X?`, or all that is known when nothing is near. */
export function suggestKey(word: string, known: readonly string[]): string {
  const near = nearestKey(word, known);
  if (near !== undefined) return `did you mean ${near}?`;
  return known.length === 0 ? 'none is known here' : `known here: ${known.join(', ')}`;
}

/** Edits (insert, delete, replace, swap of neighbours) from `a` to `b`: Damerau-Levenshtein, optimal string alignment. */
export function editDistance(a: string, b: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const replace = at(last, column - 1) + (same ? 0 : 1);
      const swap = swapped ? at(beforeLast, column - 2) + 1 : Infinity;
      current.push(Math.min(at(last, column) + 1, at(current, column - 1) + 1, replace, swap));
    }
    beforeLast = last;
    last = current;
  }
  return at(last, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}

/** `workerThreads` and `worker_threads` as `worker-threads`. */
function toKebab(word: string): string {
  return word
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase();
}
