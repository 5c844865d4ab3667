import type { Lot } from '../stock/snapshot.ts';

/** Whether a lot expires before a day, `YYYY-MM-DD`: today, or the first day whose lots are still sold. */
export const isExpired = ({ expiresOn }: Pick<Lot, 'expiresOn'>, day: string) =>
  expiresOn !== undefined && expiresOn < day;

const sellableUnitsIn = ({ units, unavailable = 0 }: Lot) => units - unavailable;

/** First expired, first out: by day of expiry, lots without one last, then by name and warehouse. */
export const firstExpiredFirst = (a: Lot, b: Lot): number => {
  const [keyA, keyB] = [a, b].map(({ expiresOn = '9999-12-31', lot, warehouse }) => [expiresOn, lot, warehouse]);
  const differs = keyA?.findIndex((part, index) => part !== keyB?.[index]) ?? -1;
  if (differs < 0) return 0;
  return (keyA?.[differs] ?? '') < (keyB?.[differs] ?? '') ? -1 : 1;
};

/** Lots from which to pick these units, first expired first and no expired lot. `missing` units are in no lot. */
export function suggestLots(lots: readonly Lot[], units: number, cutoff: string) {
  const usable = lots.filter((lot) => !isExpired(lot, cutoff)).toSorted(firstExpiredFirst);
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
export function deductLots(lots: readonly Lot[], units: number, cutoff: string, shippedAt: string) {
  const present = lots.filter(
    ({ units: left, since = shippedAt }) => left > 0 && Date.parse(since) <= Date.parse(shippedAt),
  );
  const [expired, usable] = [true, false].map((wanted) => present.filter((lot) => isExpired(lot, cutoff) === wanted));
  const inOrder = [usable, expired].flatMap((group = []) => group.toSorted(firstExpiredFirst));
  const { parts } = allocateInOrder(inOrder, units);
  return {
    present,
    after: parts.map(({ lot, picked }) => ({ before: lot, lot: { ...lot, units: lot.units - picked } })),
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
