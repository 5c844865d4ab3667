import { allocateInOrder, firstExpiredFirst, isExpired, type Lot } from '../../../shared/stock/lot.ts';

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
