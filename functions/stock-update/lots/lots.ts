import type { Lot } from '../stock/snapshot.ts';

/** A lot can be sold until the end of the day on which it expires. `today` is the day at the store, `YYYY-MM-DD`. */
export const isExpired = ({ expiresOn }: Pick<Lot, 'expiresOn'>, today: string) =>
  expiresOn !== undefined && expiresOn < today;

const sellableUnitsIn = ({ units, unavailable = 0 }: Lot) => units - unavailable;

/** First expired, first out: by day of expiry, lots without one last, then by name and warehouse. */
export const firstExpiredFirst = (a: Lot, b: Lot): number => {
  const [keyA, keyB] = [a, b].map(({ expiresOn = '9999-12-31', lot, warehouse }) => [expiresOn, lot, warehouse]);
  const differs = keyA?.findIndex((part, index) => part !== keyB?.[index]) ?? -1;
  if (differs < 0) return 0;
  return (keyA?.[differs] ?? '') < (keyB?.[differs] ?? '') ? -1 : 1;
};

/** Lots from which to pick these units, first expired first and no expired lot. `missing` units are in no lot. */
export function suggestLots(lots: readonly Lot[], units: number, today: string) {
  const usable = lots.filter((lot) => !isExpired(lot, today)).toSorted(firstExpiredFirst);
  const { parts, missing } = allocateInOrder(usable, units);
  return {
    suggestion: parts.map(({ lot: { warehouse, lot }, picked }) => ({ warehouse, lot, units: picked })),
    missing,
  };
}

/**
 * Lots of a warehouse after units were shipped from it at `shippedAt`: suggested lots first, expired ones last. Unavailable
 * units and lots received later are not changed; `present` are the lots received by then.
 */
export function deductLots(lots: readonly Lot[], units: number, today: string, shippedAt: string) {
  const present = lots.filter(({ since = shippedAt }) => Date.parse(since) <= Date.parse(shippedAt));
  const [expired, usable] = [true, false].map((wanted) => present.filter((lot) => isExpired(lot, today) === wanted));
  const inOrder = [usable, expired].flatMap((group = []) => group.toSorted(firstExpiredFirst));
  const { parts } = allocateInOrder(inOrder, units);
  return {
    present,
    after: parts.map(({ lot, picked }) => ({ ...lot, units: lot.units - picked })),
    deducted: parts.map(({ lot: { lot, expiresOn }, picked }) => ({ lot, expiresOn, units: picked })),
  };
}

function allocateInOrder(lots: readonly Lot[], units: number) {
  let missing = units;
  const parts: { lot: Lot; picked: number }[] = [];
  for (const lot of lots) {
    const picked = Math.min(sellableUnitsIn(lot), missing);
    if (picked <= 0) continue;
    parts.push({ lot, picked });
    missing -= picked;
  }
  return { parts, missing };
}
