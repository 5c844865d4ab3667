import assert from 'node:assert';
import type { Action } from '../dynamodb/database.ts';
import { type Cause, newEvent } from '../contracts/define-event.ts';
import { StockMoved } from '../contracts/stock/events.ts';
import { outboxItem } from '../dynamodb/outbox.ts';
import { stockKey, stockPartition } from './stock-item.ts';
import type { Take } from './take.ts';

/**
 * Gives reserved units of a SKU back to what is available at `now` (milliseconds), as an action of the transaction of the
 * order that reserved them. That transaction's own condition makes it happen once. Owned by `stock-update`.
 */
export const releaseAction = (stockTable: string, take: Take, now: number): Action =>
  settle(stockTable, take, give, 'available', givenUp(now));

/**
 * Reserves units of a SKU, or gives reserved ones back where `units` are below zero, as an action of the transaction that
 * edits the order at `now` (milliseconds). Owned by `stock-update`.
 */
export const exchangeAction = (stockTable: string, { sku, from }: Take, now: number): Action =>
  settle(
    stockTable,
    { sku, from: from.map(({ warehouse, units }) => ({ warehouse, units: Math.abs(units) })) },
    (at, index) => ((from[index]?.units ?? 0) < 0 ? give(at) : reserve(at)),
    'available',
    reservedOnceMore(from.some(({ units }) => units < 0) ? givenUp(now) : nothingElse),
  );

/**
 * Takes reserved units of a SKU out of its warehouses, with a row of the movement ledger for each, as actions of the
 * transaction that records it at `cause.now`. The shipment's `movementId` is its own, the same however often it is tried,
 * and `shippedAt` (milliseconds) when it was told, which may be long before.
 */
export function shipActions(
  stockTable: string,
  take: Take,
  { movementId, shippedAt }: { movementId: string; shippedAt: number },
  cause: Cause,
): Action[] {
  const occurredAt = new Date(shippedAt).toISOString();
  const events = take.from.map(({ warehouse, units }) => {
    const moved = {
      movementId: `${movementId}#${take.sku}#${warehouse}`,
      sku: take.sku,
      warehouse,
      type: 'shipment' as const,
      onHandDelta: -units,
      unavailableDelta: 0,
      occurredAt,
    };
    return newEvent(StockMoved, moved, cause, occurredAt);
  });
  const last = events.at(-1);
  assert(last, 'What is shipped leaves a warehouse');
  return [
    settle(stockTable, take, ship, 'onHand', soldAt(occurredAt, last.detail.metadata.eventId)),
    ...events.map((event) => ({
      Put: { TableName: stockTable, Item: outboxItem(stockPartition(take.sku), event) },
    })),
  ];
}

type At = { path: string; units: string };
/** What becomes of units in one warehouse, and what must be so that it can; `#r` is reserved, `#x` the other counter. */
type Settling = { set: string; condition: string };

// An order holds what it gives up: anything else would be a second release, and is refused.
const holds = ({ path, units }: At) => `${path}.#r >= ${units}`;
const give = (at: At): Settling => ({
  set: `${at.path}.#r = ${at.path}.#r - ${at.units}, ${at.path}.#x = ${at.path}.#x + ${at.units}`,
  condition: holds(at),
});
const ship = (at: At): Settling => ({
  set: `${at.path}.#r = ${at.path}.#r - ${at.units}, ${at.path}.#x = ${at.path}.#x - ${at.units}`,
  condition: holds(at),
});
const reserve = ({ path, units }: At): Settling => ({
  set: `${path}.#r = ${path}.#r + ${units}, ${path}.#x = ${path}.#x - ${units}`,
  condition: `${path}.#x >= ${units}`,
});

/** What else is written of the SKU, behind what is set in its warehouses. */
type Also = { expression: string; values: Record<string, string | number> };
const nothingElse: Also = { expression: '', values: {} };
const givenUp = (now: number): Also => ({
  expression: ', givenUpAt = :now',
  values: { ':now': new Date(now).toISOString() },
});
/** As `takeAction` counts. */
const reservedOnceMore = ({ expression, values }: Also): Also => ({
  expression: `${expression} ADD takes :once`,
  values: { ...values, ':once': 1 },
});
/** What is left of it lies since then; the row of the ledger that tells of it is the last. */
const soldAt = (at: string, lastMove: string): Also => ({
  expression: ', idleSince = :at, lastMove = :lastMove',
  values: { ':at': at, ':lastMove': lastMove },
});

/** Short names: an expression has at most 4 KB, and a SKU may lie in many warehouses. */
function settle(
  stockTable: string,
  { sku, from }: Take,
  settling: (at: At, index: number) => Settling,
  counter: 'available' | 'onHand',
  also: Also,
): Action {
  const parts = from.map((_, index) => settling({ path: `#s.#${index}`, units: `:${index}` }, index));
  return {
    Update: {
      TableName: stockTable,
      Key: stockKey(sku),
      UpdateExpression: `SET ${parts.map(({ set }) => set).join(', ')}${also.expression}`,
      ConditionExpression: parts.map(({ condition }) => condition).join(' AND '),
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
