import { clockToleranceMs } from '../../shared/clock.ts';
import type { DataOf } from '../../shared/contracts/define-event.ts';
import type { StockMoved } from '../../shared/contracts/stock/events.ts';
import type { StockItem, WarehouseStock } from '../../shared/stock/stock-item.ts';
import { happenedAt, type SentMovement } from './sent-movement.ts';

/** By how much on hand changed in a warehouse since it was counted: by what orders shipped, and by all other movements. */
export type MovedSince = { shipped: number; otherwise: number };
export const nothingMoved: MovedSince = { shipped: 0, otherwise: 0 };

/**
 * The time, in milliseconds since the epoch, at which a count was made: what moved since comes on top of its figure. One
 * that expects a figure is compared with that instead; one over HTTP that names no time is of now.
 */
export function countedAsOf(movement: SentMovement): number | undefined {
  const madeAt = happenedAt(movement);
  const { type, expectedOnHand } = movement;
  return type === 'count' && madeAt !== undefined && expectedOnHand === undefined ? Date.parse(madeAt) : undefined;
}

type Row = Pick<DataOf<typeof StockMoved>, 'warehouse' | 'type' | 'onHandDelta' | 'occurredAt'>;

/** What these rows of the ledger moved in the warehouse after the count. */
export function movedSince({ warehouse }: SentMovement, asOf: number, rows: readonly Row[]): MovedSince {
  const later = rows.filter((row) => row.warehouse === warehouse && Date.parse(row.occurredAt) > asOf);
  const sum = (isShipment: boolean) =>
    later
      .filter(({ type }) => (type === 'shipment') === isShipment)
      .reduce((units, { onHandDelta }) => units + onHandDelta, 0);
  return { shipped: sum(true), otherwise: sum(false) };
}

/** The units on hand that follow from a count. What was shipped since, a figure without open orders lacked already. */
export const onHandFrom = (
  { quantity, openOrders }: SentMovement,
  { reserved }: WarehouseStock,
  { shipped, otherwise }: MovedSince,
): number => quantity + otherwise + (openOrders === 'deducted' ? reserved : shipped);

/** Whether nothing follows from a count any more; `now` is in milliseconds since the epoch. */
export function isOutdated(
  count: SentMovement,
  before: WarehouseStock,
  { shipped, givenUpAt }: Pick<MovedSince, 'shipped'> & Pick<StockItem, 'givenUpAt'>,
  now: number,
): boolean {
  const madeAt = happenedAt(count);
  if (madeAt !== undefined && before.countedAt !== undefined) {
    if (Date.parse(madeAt) < Date.parse(before.countedAt)) return true;
  }
  const asOf = countedAsOf(count);
  if (asOf === undefined || count.openOrders !== 'deducted') return false;
  // Nobody knows which of them were open when it was made.
  const isOfNow = asOf >= now - clockToleranceMs;
  if (!isOfNow && (before.reserved > 0 || shipped !== 0)) return true;
  // Clocks differ; but a count of now is not refused for what was given up just before it.
  const gaveUpFrom = isOfNow ? asOf : asOf - clockToleranceMs;
  return givenUpAt !== undefined && Date.parse(givenUpAt) > gaveUpFrom;
}

/** The time of the last count: that of this one, unless there was a later. */
export function countedAt(occurredAt: string, { countedAt: last }: WarehouseStock): string {
  const at = new Date(occurredAt).toISOString();
  return last !== undefined && last > at ? last : at;
}
