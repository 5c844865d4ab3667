import { clockToleranceMs } from '../../../shared/clock.ts';
import type { DataOf } from '../../../shared/contracts/define-event.ts';
import type { StockMoved } from '../../../shared/contracts/stock/events.ts';
import type { StockItem, WarehouseStock } from '../../../shared/stock/stock-item.ts';
import { occurredAtOf, type SubmittedMovement } from './submitted-movement.ts';

/** Change of on hand in a warehouse since it was counted, signed: by shipments of orders, and by all other movements. */
export type MovedSinceCount = { shipped: number; other: number };
export const noMovements: MovedSinceCount = { shipped: 0, other: 0 };

/**
 * Time of a count in milliseconds since the epoch. Later movements in the ledger are added to its quantity. Undefined for
 * a count with `expectedOnHand`, which is compared with the counter instead, and for one over HTTP without a time.
 */
export function countedAsOf(movement: SubmittedMovement): number | undefined {
  const occurredAt = occurredAtOf(movement);
  const { type, expectedOnHand } = movement;
  return type === 'count' && occurredAt !== undefined && expectedOnHand === undefined
    ? Date.parse(occurredAt)
    : undefined;
}

type Row = Pick<DataOf<typeof StockMoved>, 'warehouse' | 'type' | 'onHandDelta' | 'occurredAt'>;

/** Sums the ledger rows of the warehouse that occurred after the count. */
export function sumMovedSince({ warehouse }: SubmittedMovement, asOf: number, rows: readonly Row[]): MovedSinceCount {
  const later = rows.filter((row) => row.warehouse === warehouse && Date.parse(row.occurredAt) > asOf);
  const sum = (isShipment: boolean) =>
    later
      .filter(({ type }) => (type === 'shipment') === isShipment)
      .reduce((units, { onHandDelta }) => units + onHandDelta, 0);
  return { shipped: sum(true), other: sum(false) };
}

/** On hand after a count. Units shipped since are not in a quantity from which open orders were deducted. */
export const onHandFrom = (
  { quantity, openOrders }: SubmittedMovement,
  { reserved }: WarehouseStock,
  { shipped, other }: MovedSinceCount,
): number => quantity + other + (openOrders === 'deducted' ? reserved : shipped);

/** Whether on hand can no longer be derived from a count. `now` is in milliseconds since the epoch. */
export function isOutdated(
  count: SubmittedMovement,
  before: WarehouseStock,
  { shipped, givenUpAt }: Pick<MovedSinceCount, 'shipped'> & Pick<StockItem, 'givenUpAt'>,
  now: number,
): boolean {
  const occurredAt = occurredAtOf(count);
  if (occurredAt !== undefined && before.countedAt !== undefined) {
    if (Date.parse(occurredAt) < Date.parse(before.countedAt)) return true;
  }
  const asOf = countedAsOf(count);
  if (asOf === undefined || count.openOrders !== 'deducted') return false;
  // The orders that were open at an earlier time are not recorded.
  const isCurrent = asOf >= now - clockToleranceMs;
  if (!isCurrent && (before.reserved > 0 || shipped !== 0)) return true;
  // Clocks differ. A current count is not rejected for a release just before it.
  const releasesFrom = isCurrent ? asOf : asOf - clockToleranceMs;
  return givenUpAt !== undefined && Date.parse(givenUpAt) > releasesFrom;
}

/** Time of the latest count: this one or the previous one. */
export function countedAt(occurredAt: string, { countedAt: last }: WarehouseStock): string {
  const at = new Date(occurredAt).toISOString();
  return last !== undefined && last > at ? last : at;
}
