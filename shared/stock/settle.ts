import type { Action } from '../database.ts';
import { type Cause, newEvent } from '../events/define-event.ts';
import { StockMoved } from '../events/stock.ts';
import { outboxItem } from '../outbox.ts';
import { stockKey, stockPartition } from './stock-item.ts';
import type { Take } from './take.ts';

/**
 * Gives reserved units of a SKU back to what is available, as an action of the transaction of the order that reserved
 * them. That transaction's own condition makes it happen once. Owned by `stock-update`.
 */
export const releaseAction = (stockTable: string, take: Take): Action =>
  settle(
    stockTable,
    take,
    ({ path, units }) => `${path}.#r = ${path}.#r - ${units}, ${path}.#x = ${path}.#x + ${units}`,
    'available',
  );

/**
 * Takes reserved units of a SKU out of its warehouses, with a row of the movement ledger for each, as actions of the
 * transaction that records their shipment. `movementId` is the shipment's own, the same however often it is tried.
 */
export const shipActions = (stockTable: string, take: Take, movementId: string, cause: Cause): Action[] => [
  settle(
    stockTable,
    take,
    ({ path, units }) => `${path}.#r = ${path}.#r - ${units}, ${path}.#x = ${path}.#x - ${units}`,
    'onHand',
    // It sold: what is left of it lies since now.
    { set: ', idleSince = :now', values: { ':now': new Date(cause.now).toISOString() } },
  ),
  ...take.from.map(({ warehouse, units }) => {
    const moved = {
      movementId: `${movementId}#${take.sku}#${warehouse}`,
      sku: take.sku,
      warehouse,
      type: 'shipment' as const,
      onHandDelta: -units,
      unavailableDelta: 0,
      occurredAt: new Date(cause.now).toISOString(),
    };
    return {
      Put: { TableName: stockTable, Item: outboxItem(stockPartition(take.sku), newEvent(StockMoved, moved, cause)) },
    };
  }),
];

/** Short names: an expression has at most 4 KB, and a SKU may lie in many warehouses. */
function settle(
  stockTable: string,
  { sku, from }: Take,
  set: (at: { path: string; units: string }) => string,
  counter: 'available' | 'onHand',
  also: { set: string; values: Record<string, string> } = { set: '', values: {} },
): Action {
  const at = from.map((_, index) => ({ path: `#s.#${index}`, units: `:${index}` }));
  return {
    Update: {
      TableName: stockTable,
      Key: stockKey(sku),
      UpdateExpression: `SET ${at.map(set).join(', ')}${also.set}`,
      // An order holds what it gives up: anything else would be a second release, and is refused.
      ConditionExpression: at.map(({ path, units }) => `${path}.#r >= ${units}`).join(' AND '),
      ExpressionAttributeNames: {
        '#s': 'warehouses',
        '#r': 'reserved',
        '#x': counter,
        ...Object.fromEntries(from.map(({ warehouse }, index) => [`#${index}`, warehouse])),
      },
      ExpressionAttributeValues: {
        ...also.values,
        ...Object.fromEntries(from.map(({ units }, index) => [`:${index}`, units])),
      },
    },
  };
}
