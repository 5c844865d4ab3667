import type { StockItem } from '../../../shared/stock/stock-item.ts';
import type { Lot } from '../../../shared/stock/lot.ts';

export type LevelFilter = {
  warehouse?: string | undefined;
  /** Units. */
  availableBelow?: number | undefined;
  expired?: 'true' | 'false' | undefined;
  /** `YYYY-MM-DD`. */
  expiringBefore?: string | undefined;
};

/** Whether the counters match the filter: those of its warehouse, or else their totals. */
export function matchesLevels(item: StockItem, { warehouse, availableBelow, expired }: LevelFilter): boolean {
  const counters = Object.entries(item.warehouses)
    .filter(([name]) => warehouse === undefined || name === warehouse)
    .map(([, each]) => each);
  if (warehouse !== undefined && counters.length === 0) return false;
  const available = counters.reduce((sum, each) => sum + each.available, 0);
  if (availableBelow !== undefined && available >= availableBelow) return false;
  return expired === undefined || counters.some((each) => (each.expired ?? 0) > 0) === (expired === 'true');
}

/** Whether an entry needs its lots. */
export const needsLots = ({ expired, expiringBefore }: LevelFilter): boolean =>
  expired === 'true' || expiringBefore !== undefined;

/** The lots with units that match the filter. */
export const matchingLots = (lots: readonly Lot[], { warehouse, expired, expiringBefore }: LevelFilter): Lot[] =>
  lots.filter(
    (lot) =>
      (warehouse === undefined || lot.warehouse === warehouse) &&
      (expired !== 'true' || (lot.expired ?? 0) > 0) &&
      (expiringBefore === undefined || (lot.expiresOn !== undefined && lot.expiresOn < expiringBefore)),
  );
