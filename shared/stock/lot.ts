import * as z from 'zod';
import { lazyBusinessDay } from '../business-day.ts';
import { Sku, Warehouse } from '../names.ts';

/** Units of a lot in a warehouse that were received, less those shipped or removed by a movement that names the lot. */
export const Lot = z.object({
  sku: Sku,
  warehouse: Warehouse,
  lot: z.string(),
  units: z.int(),
  /** Units of the lot that are damaged or in inspection, by movements that name it; absent when zero. */
  unavailable: z.int().optional(),
  expiresOn: z.iso.date().optional(),
  /** Units that stock counts as expired; absent when zero. */
  expired: z.int().optional(),
  /** When its first units were received in this warehouse (UTC). */
  since: z.string().optional(),
});
export type Lot = z.infer<typeof Lot>;

export const lotPrefix = 'LOT#';
/** Sort key of a lot. Names of warehouses have no `#`, so the key is unique. */
export const lotSortKey = (warehouse: string, lot: string) => `${lotPrefix}${warehouse}#${lot}`;

const dayMs = 86_400_000;
/** Lots leave sale this long before the day ends, so that no order reserves their units at midnight. */
const leadMs = 15 * 60_000;

export type LotExpirySettings = {
  /** IANA time zone of the store. */
  TIME_ZONE: string;
  /** Days before its expiry day on which a lot is no longer sold, as text. */
  DAYS_BEFORE_EXPIRY: string;
};

/**
 * Returns the day before which lots are expired at `now` (milliseconds): `DAYS_BEFORE_EXPIRY` days before their expiry day
 * ends, less 15 minutes.
 */
export const expiryCutoff = ({ TIME_ZONE = 'UTC', DAYS_BEFORE_EXPIRY = '0' }: Partial<LotExpirySettings>) => {
  const dayOf = lazyBusinessDay(TIME_ZONE);
  return (now: number): string =>
    new Date(Date.parse(dayOf(now + leadMs)) + Number(DAYS_BEFORE_EXPIRY) * dayMs).toISOString().slice(0, 10);
};

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

/** Takes units from lots in this order, as far as they have sellable units. `missing` units are in none. */
export function allocateInOrder(lots: readonly Lot[], units: number) {
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
