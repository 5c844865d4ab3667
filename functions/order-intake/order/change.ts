import {
  type Cause,
  type DataOf,
  type EventDefinition,
  type NewEvent,
  newEvent,
} from '../../../shared/contracts/define-event.ts';
import type { FieldError } from '../../../shared/contracts/problem.ts';
import type { OrderStatus } from '../../../shared/contracts/orders/status.ts';
import { isDisputeEvent } from '../../../shared/payments/dispute.ts';
import type { Action } from '../../../shared/dynamodb/database.ts';
import type { Payment } from '../../../shared/payments/payment.ts';
import type { Reservation } from '../../../shared/stock/reservation.ts';
import { canBeHeld, holdsClaims } from './life-cycle.ts';
import type { OrderItem } from './order-item.ts';
import type { Invalid } from '../../../shared/pricing/sellable.ts';

/** Stock writes of a change. An `exchange` (an edit) reserves positive and releases negative units. */
export type StockChange = { kind: 'release' | 'ship' | 'exchange'; reservations: Reservation[] };

/** What a command writes: the order, its events and its stock. `condition`: another item that the decision read. */
export type Change = {
  kind: 'changed';
  order: OrderItem;
  events: DraftEvent[];
  stock?: StockChange | undefined;
  condition?: Action;
};

/**
 * Result of a command: a change or a refusal. `already-done`: the same id and content were applied before. `stale`: the
 * order does not have the version of `If-Match`.
 */
export type Outcome =
  | Change
  | { kind: 'already-done'; order: OrderItem }
  | { kind: 'illegal'; status: OrderStatus; wanted: string; holdReasons?: string[] | undefined }
  | { kind: 'conflict'; type: string; detail: string; extension?: Record<string, unknown> }
  | { kind: 'stale' }
  | Invalid
  | { kind: 'unknown'; detail: string };

/** An event without id and cause, which it gets when it is written. */
export type DraftEvent = (cause: Cause) => NewEvent;
export const draftEvent =
  <E extends EventDefinition>(definition: E, data: DataOf<E>, occurredAt?: string): DraftEvent =>
  (cause) =>
    newEvent(definition, data, cause, occurredAt);

export const changed = (order: OrderItem, events: DraftEvent[], stock?: StockChange): Change => ({
  kind: 'changed',
  order,
  events,
  stock,
});

/** Refuses lines that the order does not have. */
export const unknownLines = (errors: FieldError[]): Invalid => ({
  kind: 'invalid',
  type: 'invalid-content',
  detail: `${errors.length} line(s) do not belong to the order.`,
  errors,
});

/** Refuses units that are cancelled or shipped already; `lines` says how many of them are open. */
export const tooManyUnits = (
  { status }: OrderItem,
  lines: { lineId: string; requested: number; open: number }[],
): Outcome => ({
  kind: 'conflict',
  type: 'too-many-units',
  detail: 'Fewer units than requested are open: the others are cancelled or shipped.',
  extension: { lines, currentStatus: status },
});

export const illegal = ({ status, holdReasons }: OrderItem, wanted: string): Outcome => ({
  kind: 'illegal',
  status,
  wanted,
  holdReasons,
});

/** Whether the order must not ship until staff review it. */
export const isHeld = ({ status, holdReasons = [] }: Pick<OrderItem, 'status' | 'holdReasons'>): boolean =>
  status === 'on-hold' || holdReasons.length > 0;

/** Whether the payment captures money. Providers also report captures of 0. */
export const isPositiveCapture = ({ type, amountMinor }: Payment): boolean =>
  type === 'payment.captured' && amountMinor > 0;

/**
 * Deadline of the order's reservation in this status: the deadline applies while the order waits for its first payment,
 * also on hold; null otherwise.
 */
export const reservedUntilIn = (
  status: OrderStatus,
  order: Pick<OrderItem, 'reservedUntil' | 'payments' | 'totalMinor' | 'cancelledMinor'>,
): string | null => {
  const { reservedUntil, payments = [], totalMinor, cancelledMinor = 0 } = order;
  const hasMoney = payments.some((payment) => isPositiveCapture(payment) || isDisputeEvent(payment));
  const isPaymentDue = !hasMoney && totalMinor > cancelledMinor;
  return status === 'payment-pending' || (status === 'on-hold' && isPaymentDue) ? reservedUntil : null;
};

/** The next version of the order, with this status. */
export const withStatus = <O extends OrderItem>(order: O, status: OrderStatus): O => ({
  ...order,
  status,
  version: order.version + 1,
  reservedUntil: reservedUntilIn(status, order),
  holdReasons: canBeHeld(status) ? order.holdReasons : undefined,
  promotionClaims: holdsClaims(status) ? order.promotionClaims : undefined,
});

/** Members of every event of an order, after the change. */
export const eventData = ({ orderId, externalOrderId, channel, currency, status, version }: OrderItem) => ({
  orderId,
  externalOrderId,
  channel,
  currency,
  status,
  version,
});
