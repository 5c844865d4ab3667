import {
  type Cause,
  type DataOf,
  type EventDefinition,
  type NewEvent,
  newEvent,
} from '../../../shared/contracts/define-event.ts';
import type { FieldError } from '../../../shared/contracts/problem.ts';
import type { OrderStatus } from '../../../shared/contracts/orders/status.ts';
import type { Payment } from '../../../shared/payments/payment.ts';
import type { Reservation } from '../../../shared/stock/reservation.ts';
import { canBeHeld } from './life-cycle.ts';
import type { OrderItem } from './order-item.ts';
import type { Invalid } from '../../../shared/pricing/sellable.ts';

/**
 * What becomes of the stock that an order holds: it is given back, leaves the house, or, when the order is edited, more
 * is reserved and some given back (below zero).
 */
export type StockChange = { kind: 'release' | 'ship' | 'exchange'; takes: Reservation[] };

/** What becomes of an order and its stock, and the events that tell of it. */
export type Change = { kind: 'changed'; order: OrderItem; events: DraftEvent[]; stock?: StockChange | undefined };

/**
 * What a command leads to. `already-done`: under this id, with this content, before; `stale`: it was made for another
 * version of the order.
 */
export type Outcome =
  | Change
  | { kind: 'already-done'; order: OrderItem }
  | { kind: 'illegal'; status: OrderStatus; wanted: string; holdReasons?: string[] | undefined }
  | { kind: 'conflict'; type: string; detail: string; extension?: Record<string, unknown> }
  | { kind: 'stale' }
  | Invalid
  | { kind: 'unknown'; detail: string };

/** An event that gets its id and its cause when it is written. */
export type DraftEvent = (cause: Cause) => NewEvent;
export const draftEvent =
  <E extends EventDefinition>(definition: E, data: DataOf<E>, occurredAt?: string): DraftEvent =>
  (cause) =>
    newEvent(definition, data, cause, occurredAt);

/** A change that leaves the stock alone unless told. */
export const changed = (order: OrderItem, events: DraftEvent[], stock?: StockChange): Change => ({
  kind: 'changed',
  order,
  events,
  stock,
});

/** The refusal of lines that the order does not have, in any state. */
export const notOfTheOrder = (errors: FieldError[]): Invalid => ({
  kind: 'invalid',
  type: 'invalid-content',
  detail: `${errors.length} line(s) are not the order's.`,
  errors,
});

export const illegal = ({ status, holdReasons }: OrderItem, wanted: string): Outcome => ({
  kind: 'illegal',
  status,
  wanted,
  holdReasons,
});

/** Whether nothing of the order leaves the house until somebody decides. */
export const isHeld = ({ status, holdReasons = [] }: Pick<OrderItem, 'status' | 'holdReasons'>): boolean =>
  status === 'on-hold' || holdReasons.length > 0;

/** Whether anything was captured: providers tell of captures of 0 as well, which change nothing. */
export const bringsMoney = ({ type, amountMinor }: Payment): boolean => type === 'payment.captured' && amountMinor > 0;

/**
 * Until when the stock of an order in this state is kept for it: it has an end while a payment is awaited, also where the
 * order is held before any money came, unless none is due.
 */
export const reservedUntilIn = (
  status: OrderStatus,
  order: Pick<OrderItem, 'reservedUntil' | 'payments' | 'totalMinor' | 'cancelledMinor'>,
): string | null => {
  const { reservedUntil, payments = [], totalMinor, cancelledMinor = 0 } = order;
  const cameAny = payments.some((payment) => bringsMoney(payment) || payment.type === 'chargeback.opened');
  const isAwaited = !cameAny && totalMinor > cancelledMinor;
  return status === 'payment-pending' || (status === 'on-hold' && isAwaited) ? reservedUntil : null;
};

/** The order in another state, as its next version. */
export const moved = <O extends OrderItem>(order: O, status: OrderStatus): O => ({
  ...order,
  status,
  version: order.version + 1,
  reservedUntil: reservedUntilIn(status, order),
  holdReasons: canBeHeld(status) ? order.holdReasons : undefined,
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
