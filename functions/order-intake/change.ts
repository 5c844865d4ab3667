import {
  type Cause,
  type DataOf,
  type EventDefinition,
  type NewEvent,
  newEvent,
} from '../../shared/events/define-event.ts';
import type { FieldError } from '../../shared/http/problem.ts';
import type { OrderStatus } from '../../shared/order-status.ts';
import type { Take } from '../../shared/stock/take.ts';
import type { OrderItem } from './order-item.ts';

/** What becomes of an order and its stock, and the events that tell of it. */
export type Change = { kind: 'changed'; order: OrderItem; events: Told[]; releases: Take[]; ships: Take[] };

/** What a command leads to. `already-done`: under this id, with this content, before. */
export type Outcome =
  | Change
  | { kind: 'already-done'; order: OrderItem }
  | { kind: 'illegal'; status: OrderStatus; wanted: string }
  | { kind: 'conflict'; type: string; detail: string; extension?: Record<string, unknown> }
  | { kind: 'invalid'; errors: FieldError[] }
  | { kind: 'unknown'; detail: string };

/** DynamoDB takes 100 actions in a transaction: the order, its events, a SKU each, and a ledger row for what is shipped. */
const maxActions = 100;
const actionsOf = ({ events, releases, ships }: Change) =>
  1 + events.length + releases.length + ships.reduce((sum, { from }) => sum + 1 + from.length, 0);

/** The refusal of a change of more SKUs than one transaction takes; it may be made a few lines at a time. */
export const tooLarge = (change: Change): Outcome | undefined =>
  actionsOf(change) > maxActions
    ? {
        kind: 'conflict',
        type: 'too-many-skus',
        detail: 'The lines have more SKUs than can be changed at once; name about 45 lines at a time.',
      }
    : undefined;

/** An event that gets its id and its cause when it is written. */
export type Told = (cause: Cause) => NewEvent;
export const telling =
  <E extends EventDefinition>(definition: E, data: DataOf<E>, occurredAt?: string): Told =>
  (cause) =>
    newEvent(definition, data, cause, occurredAt);

/** A change that leaves the stock alone unless `stock` says else. */
export const changed = (
  order: OrderItem,
  events: Told[],
  stock: Partial<Pick<Change, 'releases' | 'ships'>> = {},
): Change => ({ kind: 'changed', order, events, releases: [], ships: [], ...stock });

export const illegal = ({ status }: OrderItem, wanted: string): Outcome => ({ kind: 'illegal', status, wanted });

/** The order in another state, as its next version. A hold on the stock has an end only while a payment is awaited. */
export const moved = <O extends OrderItem>(order: O, status: OrderStatus): O => ({
  ...order,
  status,
  version: order.version + 1,
  reservedUntil: status === 'payment-pending' ? order.reservedUntil : null,
  holdReasons: status === 'on-hold' ? order.holdReasons : undefined,
});

/** What every event tells of the order after the change. */
export const factsOf = ({ orderId, externalOrderId, channel, currency, status, version }: OrderItem) => ({
  orderId,
  externalOrderId,
  channel,
  currency,
  status,
  version,
});
