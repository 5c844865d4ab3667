import type { Lot } from './shelf.ts';

/** `today` is the day at the store, `YYYY-MM-DD`: a lot can be sold until the end of the day on which it expires. */
export const isExpired = ({ expiresOn }: Pick<Lot, 'expiresOn'>, today: string) =>
  expiresOn !== undefined && expiresOn < today;

/** First expired first out: by the day of expiry, those that never expire last, then by name and warehouse. */
export const firstExpiredFirst = (a: Lot, b: Lot): number => {
  const [keyA, keyB] = [a, b].map(({ expiresOn = '9999-12-31', lot, warehouse }) => [expiresOn, lot, warehouse]);
  const differs = keyA?.findIndex((part, index) => part !== keyB?.[index]) ?? -1;
  if (differs < 0) return 0;
  return (keyA?.[differs] ?? '') < (keyB?.[differs] ?? '') ? -1 : 1;
};

/** Lots to take so many units from, the first to expire first and no expired one; `missing` units are in no lot. */
export function suggestLots(lots: readonly Lot[], units: number, today: string) {
  const usable = lots.filter((lot) => lot.units > 0 && !isExpired(lot, today)).toSorted(firstExpiredFirst);
  let missing = units;
  const suggestion: { warehouse: string; lot: string; units: number }[] = [];
  for (const { warehouse, lot, units: inLot } of usable) {
    const taken = Math.min(inLot, missing);
    if (taken === 0) break;
    suggestion.push({ warehouse, lot, units: taken });
    missing -= taken;
  }
  return { suggestion, missing };
}
