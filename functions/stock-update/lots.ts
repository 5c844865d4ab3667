import type { Lot } from './shelf.ts';

/** `today` is the day at the store, `YYYY-MM-DD`: a lot can be sold until the end of the day on which it expires. */
export const isExpired = ({ expiresOn }: Pick<Lot, 'expiresOn'>, today: string) =>
  expiresOn !== undefined && expiresOn < today;

/** Units that can be sold as long as the lot is good. */
const usableIn = ({ units, unavailable = 0 }: Lot) => units - unavailable;

/** First expired first out: by the day of expiry, those that never expire last, then by name and warehouse. */
export const firstExpiredFirst = (a: Lot, b: Lot): number => {
  const [keyA, keyB] = [a, b].map(({ expiresOn = '9999-12-31', lot, warehouse }) => [expiresOn, lot, warehouse]);
  const differs = keyA?.findIndex((part, index) => part !== keyB?.[index]) ?? -1;
  if (differs < 0) return 0;
  return (keyA?.[differs] ?? '') < (keyB?.[differs] ?? '') ? -1 : 1;
};

/** Lots to take so many units from, the first to expire first and no expired one; `missing` units no lot can give. */
export function suggestLots(lots: readonly Lot[], units: number, today: string) {
  const good = lots.filter((lot) => !isExpired(lot, today)).toSorted(firstExpiredFirst);
  const { parts, missing } = takeInOrder(good, units);
  return { suggestion: parts.map(({ lot: { warehouse, lot }, taken }) => ({ warehouse, lot, units: taken })), missing };
}

/**
 * Lots of a warehouse after so many units were shipped from it at `shippedAt`: out of those that are suggested first, and
 * of expired ones only if there is nothing else. What is not available and lots that came later are not touched; `known`
 * are those that did not.
 */
export function drawLots(lots: readonly Lot[], units: number, today: string, shippedAt: string) {
  const known = lots.filter(({ since = shippedAt }) => Date.parse(since) <= Date.parse(shippedAt));
  const [expired, good] = [true, false].map((wanted) => known.filter((lot) => isExpired(lot, today) === wanted));
  const inOrder = [good, expired].flatMap((some = []) => some.toSorted(firstExpiredFirst));
  const { parts } = takeInOrder(inOrder, units);
  return {
    known,
    after: parts.map(({ lot, taken }) => ({ ...lot, units: lot.units - taken })),
    drawn: parts.map(({ lot: { lot, expiresOn }, taken }) => ({ lot, expiresOn, units: taken })),
  };
}

function takeInOrder(lots: readonly Lot[], units: number) {
  let missing = units;
  const parts: { lot: Lot; taken: number }[] = [];
  for (const lot of lots) {
    const taken = Math.min(usableIn(lot), missing);
    if (taken <= 0) continue;
    parts.push({ lot, taken });
    missing -= taken;
  }
  return { parts, missing };
}
