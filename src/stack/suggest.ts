/** `did you mean 'image'?` for the candidate nearest to what was written; null when none is near. */
export function suggest(written: string, candidates: readonly string[]): string | null {
  let nearest: string | null = null;
  let least = allowedDistance(written) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(simplify(written), simplify(candidate));
    if (distance < least) [nearest, least] = [candidate, distance];
  }
  return nearest === null ? null : `did you mean '${nearest}'?`;
}

/** Short names are near to everything, so they must match better. */
function allowedDistance(name: string): number {
  if (name.length <= 3) return 1;
  return name.length <= 7 ? 2 : 3;
}

/** `memLimit`, `mem-limit` and `mem_limit` are the same word in three habits. */
function simplify(name: string): string {
  return name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toLowerCase();
}

/** Edits that turn one word into the other: insert, delete, replace a letter, or swap two neighbours (Damerau). */
export function editDistance(from: string, to: string): number {
  let [beforeLast, last]: [number[], number[]] = [[], Array.from({ length: to.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current[column] = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (same ? 0 : 1),
        swapped ? at(beforeLast, column - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    [beforeLast, last] = [last, current];
  }
  return at(last, to.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
