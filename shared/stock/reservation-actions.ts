import assert from 'node:assert';
import type { Action } from '../dynamodb/database.ts';
import { type Cause, newEvent } from '../contracts/define-event.ts';
import { StockMoved } from '../contracts/stock/events.ts';
import { outboxItem } from '../dynamodb/outbox.ts';
import { stockKey, stockPartition } from './stock-item.ts';
import type { Reservation } from './reservation.ts';

/**
 * Makes reserved units available again at `now` (milliseconds), as an action of the transaction of the order that reserved
 * them. The version condition of that transaction prevents a second release. Owned by `stock-update`.
 */
export const releaseAction = (stockTable: string, reservation: Reservation, now: number): Action =>
  changeAction(stockTable, reservation, release, 'available', releasedAt(now));

/**
 * Reserves units of a SKU, or releases them where `units` is negative, as an action of the transaction that edits the order
 * at `now` (milliseconds). Owned by `stock-update`.
 */
export const adjustReservationAction = (stockTable: string, { sku, from }: Reservation, now: number): Action =>
  changeAction(
    stockTable,
    { sku, from: from.map(({ warehouse, units }) => ({ warehouse, units: Math.abs(units) })) },
    (at, index) => ((from[index]?.units ?? 0) < 0 ? release(at) : reserve(at)),
    'available',
    withReservationCount(from.some(({ units }) => units < 0) ? releasedAt(now) : noAttributes),
  );

/**
 * Removes reserved units of a SKU from its warehouses, with a ledger row for each, as actions of the transaction that
 * records the shipment at `cause.now`. `movementId` is the same in each retry. `shippedAt` (milliseconds) is when the
 * shipment was reported, which may be earlier.
 */
export function shipActions(
  stockTable: string,
  reservation: Reservation,
  { movementId, shippedAt }: { movementId: string; shippedAt: number },
  cause: Cause,
): Action[] {
  const occurredAt = new Date(shippedAt).toISOString();
  const events = reservation.from.map(({ warehouse, units }) => {
    const moved = {
      movementId: `${movementId}#${reservation.sku}#${warehouse}`,
      sku: reservation.sku,
      warehouse,
      type: 'shipment' as const,
      onHandDelta: -units,
      unavailableDelta: 0,
      occurredAt,
    };
    return newEvent(StockMoved, moved, cause, occurredAt);
  });
  const last = events.at(-1);
  assert(last, 'A shipment has units of at least one warehouse');
  return [
    changeAction(stockTable, reservation, ship, 'onHand', soldAt(occurredAt, last.detail.metadata.eventId)),
    ...events.map((event) => ({
      Put: { TableName: stockTable, Item: outboxItem(stockPartition(reservation.sku), event) },
    })),
  ];
}

type At = { path: string; units: string };
/** Change of the counters of one warehouse, and its condition. `#r` is `reserved`, `#x` the other counter. */
type CounterChange = { set: string; condition: string };

// Fails on a second release of the same units.
const isReserved = ({ path, units }: At) => `${path}.#r >= ${units}`;
const release = (at: At): CounterChange => ({
  set: `${at.path}.#r = ${at.path}.#r - ${at.units}, ${at.path}.#x = ${at.path}.#x + ${at.units}`,
  condition: isReserved(at),
});
const ship = (at: At): CounterChange => ({
  set: `${at.path}.#r = ${at.path}.#r - ${at.units}, ${at.path}.#x = ${at.path}.#x - ${at.units}`,
  condition: isReserved(at),
});
const reserve = ({ path, units }: At): CounterChange => ({
  set: `${path}.#r = ${path}.#r + ${units}, ${path}.#x = ${path}.#x - ${units}`,
  condition: `${path}.#x >= ${units}`,
});

/** Attributes of the stock item that are set beside its warehouses. */
type Attributes = { expression: string; values: Record<string, string | number> };
const noAttributes: Attributes = { expression: '', values: {} };
const releasedAt = (now: number): Attributes => ({
  expression: ', givenUpAt = :now',
  values: { ':now': new Date(now).toISOString() },
});
/** Counts the reservation in `takes`, as `reserveAction` does. */
const withReservationCount = ({ expression, values }: Attributes): Attributes => ({
  expression: `${expression} ADD takes :once`,
  values: { ...values, ':once': 1 },
});
/** Idle time starts again at the shipment. `lastMove` is the id of its last ledger row. */
const soldAt = (at: string, lastMove: string): Attributes => ({
  expression: ', idleSince = :at, lastMove = :lastMove',
  values: { ':at': at, ':lastMove': lastMove },
});

/** Short names, because an expression has at most 4 KB and a SKU may be in many warehouses. */
function changeAction(
  stockTable: string,
  { sku, from }: Reservation,
  change: (at: At, index: number) => CounterChange,
  counter: 'available' | 'onHand',
  attributes: Attributes,
): Action {
  const parts = from.map((_, index) => change({ path: `#s.#${index}`, units: `:${index}` }, index));
  return {
    Update: {
      TableName: stockTable,
      Key: stockKey(sku),
      UpdateExpression: `SET ${parts.map(({ set }) => set).join(', ')}${attributes.expression}`,
      ConditionExpression: parts.map(({ condition }) => condition).join(' AND '),
      ExpressionAttributeNames: {
        '#s': 'warehouses',
        '#r': 'reserved',
        '#x': counter,
        ...Object.fromEntries(from.map(({ warehouse }, index) => [`#${index}`, warehouse])),
      },
      ExpressionAttributeValues: {
        ...attributes.values,
        ...Object.fromEntries(from.map(({ units }, index) => [`:${index}`, units])),
      },
    },
  };
}
