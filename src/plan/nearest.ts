/** The name closest to what was written, if it is close enough to be a slip of the finger. */
export function nearestName(written: string, names: Iterable<string>): string | undefined {
  const limit = written.length <= 3 ? 1 : written.length <= 6 ? 2 : 3;
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const name of names) {
    if (Math.abs(name.length - written.length) > limit) continue;
    const distance = editDistance(written.toLowerCase(), name.toLowerCase());
    if (distance <= limit && distance < name.length && (best === undefined || distance < best.distance)) {
      best = { name, distance };
    }
  }
  return best?.name;
}

/** Damerau-Levenshtein with adjacent transpositions: `relaese` is one slip away from `release`. */
export function editDistance(from: string, to: string): number {
  let beforePrevious: readonly number[] = [];
  let previous: readonly number[] = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const row: number[] = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const isSame = from[i - 1] === to[j - 1];
      const isSwapped = i > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const [removed, added, replaced] = [
        at(previous, j) + 1,
        at(row, j - 1) + 1,
        at(previous, j - 1) + (isSame ? 0 : 1),
      ];
      row.push(
        Math.min(removed, added, replaced, isSwapped ? at(beforePrevious, j - 2) + 1 : Number.POSITIVE_INFINITY),
      );
    }
    beforePrevious = previous;
    previous = row;
  }
  return at(previous, to.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}

/** `a, b or c`, at most eight of them. */
export function listNames(names: Iterable<string>): string {
  const all = [...new Set(names)].map((name) => `\`${name}\``);
  const shown = all.slice(0, 8);
  if (all.length > shown.length) return `${shown.join(', ')} … (${all.length} in all)`;
  return shown.length <= 1 ? shown.join('') : `${shown.slice(0, -1).join(', ')} or ${shown.at(-1)}`;
}
