import { distance } from 'fastest-levenshtein';

/** Longer text is not compared: the distance takes time in proportion to the product of the lengths. */
const maxComparedLength = 100;
const maxSuggestions = 2;
/** Two neighbours in the other order are one mistake, and a likelier one than another character. */
const swapped = 0.5;

/**
 * The candidates that `text` most likely means, best first: equal without case, or about a third of the characters
 * mistyped. At most two, and none for text that resembles no candidate.
 */
export function closest(text: string, candidates: Iterable<string>): string[] {
  if (text.length > maxComparedLength) return [];
  const wanted = text.trim().toLowerCase();
  const near: { candidate: string; rank: number }[] = [];
  for (const candidate of candidates) {
    const known = candidate.toLowerCase();
    const mistyped = isSwapped(wanted, known) ? swapped : distance(wanted, known);
    if (mistyped > Math.ceil(Math.max(wanted.length, known.length) / 3)) continue;
    // Among equal distances, the longer common start is the likelier meaning.
    near.push({ candidate, rank: mistyped - commonStart(wanted, known) / (maxComparedLength + 1) });
  }
  near.sort((a, b) => a.rank - b.rank);
  const best = near[0]?.rank ?? 0;
  return near
    .filter(({ rank }) => rank === best)
    .slice(0, maxSuggestions)
    .map(({ candidate }) => candidate);
}

/** Whether the texts differ by two neighbouring characters in the other order, as `GPB` and `GBP`. */
function isSwapped(a: string, b: string): boolean {
  const at = commonStart(a, b);
  if (a.length !== b.length || at + 1 >= a.length) return false;
  return a[at] === b[at + 1] && a[at + 1] === b[at] && a.slice(at + 2) === b.slice(at + 2);
}

function commonStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}

/** The end of a problem's detail: `: did you mean GB?`, or nothing if no candidate is close. */
export function didYouMean(text: unknown, candidates: Iterable<string>): string {
  const found = typeof text === 'string' ? closest(text, candidates) : [];
  return found.length === 0 ? '' : `: did you mean ${found.join(' or ')}?`;
}
