/**
 * The candidate closest to a mistyped text, ignoring case, or undefined if none is close: at most two errors, or one in a
 * candidate of up to three characters. Among equally close ones, that with the longest common beginning.
 */
export function closestTo(text: string, candidates: readonly string[]): string | undefined {
  const wanted = text.trim().toLowerCase().slice(0, 100);
  const scored = candidates.map((candidate) => {
    const known = candidate.toLowerCase();
    return { candidate, errors: editDistance(wanted, known), common: commonBeginning(wanted, known) };
  });
  const [best] = scored.toSorted((a, b) => a.errors - b.errors || b.common - a.common);
  return best && best.errors <= (best.candidate.length > 3 ? 2 : 1) ? best.candidate : undefined;
}

function commonBeginning(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}

/** Levenshtein distance: insertions, deletions and replacements of characters. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [row, character] of Array.from(a).entries()) {
    const current = [row + 1];
    for (const [column, other] of Array.from(b).entries()) {
      const replaced = (previous[column] ?? 0) + (character === other ? 0 : 1);
      current.push(Math.min(replaced, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous.at(-1) ?? 0;
}
