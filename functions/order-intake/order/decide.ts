import type { DataOf } from '../../../shared/contracts/define-event.ts';
import type { SkuRecord } from '../../../shared/catalog/sku-item.ts';
import { clockToleranceMs } from '../../../shared/clock.ts';
import type { OrderPlaced } from '../../../shared/contracts/orders/events.ts';
import type { OrderContent } from '../../../shared/contracts/orders/routes.ts';
import { isTooLarge } from '../../../shared/dynamodb/transaction-limits.ts';
import { OpeningStatus } from '../../../shared/contracts/orders/status.ts';
import type { Payment } from '../../../shared/payments/payment.ts';
import type { SellingPolicy } from '../../../shared/store.ts';
import type { StockItem } from '../../../shared/stock/stock-item.ts';
import type { Reservation } from '../../../shared/stock/reservation.ts';
import { type Shortage, allocate, demandOf, partsOf } from '../../../shared/stock/allocation.ts';
import { type Payable, reservedFor, withCredit, withPayment } from './payment.ts';
import type { AwaitedOrder, Opening } from './order-item.ts';
import { type Totals, priceOrder, splitLine } from '../../../shared/pricing/price-order.ts';
import {
  amountTooLarge,
  type Invalid,
  invalid,
  orderTooLarge,
  sellable,
  shippingOf,
  unknownShipping,
} from '../../../shared/pricing/sellable.ts';

/** An order that a channel wants to place, with the identity derived from it. */
export type Placement = {
  orderId: string;
  contentHash: string;
  content: OrderContent;
  channel: { channel: string; pricesItself: boolean; paymentWindowMinutes?: number | undefined };
  /** Milliseconds since the epoch. */
  now: number;
  /** In milliseconds, of an order that waited for it: nobody could pay for it, or work on it, before. */
  decidedAt?: number;
  /** Of an order that replaces returned goods: what their money can pay of it. */
  exchangeOf?: ExchangeOf | undefined;
};

/** What the tables say about a placement. */
export type Known = {
  order: { contentHash: string; placedEventId: string } | undefined;
  skus: ReadonlyMap<string, SkuRecord>;
  stock: ReadonlyMap<string, StockItem>;
  /** Payments that came before the order. */
  awaited?: AwaitedOrder | undefined;
};

export type PlacedOrder = DataOf<typeof OrderPlaced>;
type ExchangeOf = NonNullable<PlacedOrder['exchangeOf']>;

export type Decision =
  | { kind: 'accepted'; order: PlacedOrder; takes: Reservation[]; opening: Opening }
  | { kind: 'already-placed'; placedEventId: string }
  | { kind: 'order-conflict'; orderId: string }
  | { kind: 'out-of-stock'; lines: Shortage[] }
  | Invalid;

/** Whether the order is taken, and if so at what price and from which warehouses. */
export function decide(placement: Placement, known: Known, policy: SellingPolicy): Decision {
  const { orderId, content } = placement;
  if (known.order?.contentHash === placement.contentHash) {
    return { kind: 'already-placed', placedEventId: known.order.placedEventId };
  }
  if (known.order) return { kind: 'order-conflict', orderId };

  const demand = demandOf(content.lines);
  const shipping = shippingOf(content, policy);
  if (!shipping) return unknownShipping(policy);
  if (content.placedAt && Date.parse(content.placedAt) > placement.now + clockToleranceMs) return placedInFuture;

  const wanted = wantedLines(placement, known.skus);
  if ('refusal' in wanted) return wanted.refusal;
  const priced = priceOrder(wanted.lines, shipping.priceMinor, policy, content.charges);
  if (!priced) return amountTooLarge;
  const allocation = allocate(demand, known.stock, policy.warehousePreference);
  if ('shortages' in allocation) return { kind: 'out-of-stock', lines: allocation.shortages };

  const parts = partsOf(content.lines, allocation.takes);
  const lines: PlacedOrder['lines'] = [];
  for (const [index, line] of priced.lines.entries()) {
    lines.push(...splitLine(line, parts[index] ?? [], policy.taxIncluded, lines.length + 1));
  }
  const exchangeOf = placement.exchangeOf && paying(placement.exchangeOf, priced.totals.totalMinor);
  const opened = open({ ...placement, exchangeOf }, priced.totals.totalMinor, known.awaited);
  const order = placedOrder({ ...placement, exchangeOf }, shipping.method, lines, priced.totals, opened);
  if (isTooLarge(order)) return orderTooLarge;
  return {
    kind: 'accepted',
    order,
    takes: allocation.takes,
    opening: {
      awaitedVersion: known.awaited?.version,
      payments: opened.payments,
      holdReasons: opened.holdReasons,
      paymentWindowMinutes: placement.channel.paymentWindowMinutes,
    },
  };
}

/** The state in which an order begins: a channel with a time limit waits for the payment, unless it is there already. */
function open(placement: Placement, totalMinor: number, awaited: AwaitedOrder | undefined): Payable {
  const { content, channel, now, decidedAt = now } = placement;
  const { paymentWindowMinutes } = channel;
  const waits = paymentWindowMinutes !== undefined && totalMinor > 0;
  const unpaid: Payable = {
    status: waits ? 'payment-pending' : 'placed',
    currency: content.currency,
    totalMinor,
    reservedUntil: waits ? reservedFor(paymentWindowMinutes, decidedAt) : null,
  };
  return (awaited?.payments ?? []).reduce(withPayment, withCredit(unpaid, creditOf(placement)));
}

/** What the payments of the returned order give for this one: the first ones first, and no more than it comes to. */
function paying({ payments, ...others }: ExchangeOf, totalMinor: number): ExchangeOf {
  let dueMinor = totalMinor;
  const used = payments.map(({ provider, paymentId, amountMinor: leftMinor }) => {
    const amountMinor = Math.min(leftMinor, dueMinor);
    dueMinor -= amountMinor;
    return { provider, paymentId, amountMinor };
  });
  return { ...others, payments: used.filter(({ amountMinor }) => amountMinor > 0) };
}

/** They count as captured for this order, at the providers that have them: there its refunds have to go. */
const creditOf = ({ exchangeOf, content, now }: Placement): Payment[] =>
  (exchangeOf?.payments ?? []).map(({ provider, paymentId, amountMinor }, index) => ({
    provider,
    paymentId,
    amountMinor,
    eventId: `${content.externalOrderId}-${index}`,
    type: 'payment.captured',
    currency: content.currency,
    occurredAt: new Date(now).toISOString(),
  }));

const placedOrder = (
  { orderId, content, channel: { channel }, now, exchangeOf }: Placement,
  shippingMethod: string,
  lines: PlacedOrder['lines'],
  totals: Totals,
  { status, reservedUntil }: Payable,
): PlacedOrder => ({
  orderId,
  externalOrderId: content.externalOrderId,
  channel,
  status: OpeningStatus.parse(status),
  currency: content.currency,
  customer: content.customer,
  shippingAddress: content.shippingAddress,
  billingAddress: content.billingAddress,
  shippingMethod,
  couponCodes: content.couponCodes ?? [],
  note: content.note,
  lines,
  ...totals,
  charges: content.charges?.length ? content.charges : undefined,
  // There are no promotions yet, so no code is known.
  discounts: (content.couponCodes ?? []).map((code) => ({ code, appliedMinor: 0, reason: 'unknown-code' })),
  reservedUntil,
  placedAt: content.placedAt ?? new Date(now).toISOString(),
  exchangeOf,
});

const wantedLines = ({ content: { currency, lines }, channel }: Placement, skus: Known['skus']) =>
  sellable(
    lines.map((line, index) => ({ ...line, pointer: `/lines/${index}` })),
    { currency, pricesItself: channel.pricesItself },
    skus,
  );

const placedInFuture = invalid('placed-in-future', '/placedAt', 'An order cannot have been placed in the future.');
