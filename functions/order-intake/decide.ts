import type { DataOf } from '../../shared/events/define-event.ts';
import type { SkuRecord } from '../../shared/catalog/sku-item.ts';
import type { OrderPlaced } from '../../shared/events/order.ts';
import type { OrderContent } from '../../shared/http/orders.ts';
import type { FieldError } from '../../shared/http/problem.ts';
import { OpeningStatus } from '../../shared/order-status.ts';
import type { SellingPolicy } from '../../shared/store.ts';
import type { StockItem } from '../../shared/stock/stock-item.ts';
import type { Take } from '../../shared/stock/take.ts';
import { type Shortage, allocate, demandOf, partsOf } from './allocation.ts';
import { type Payable, reservedFor, withPayment } from './payment.ts';
import type { AwaitedOrder, Opening } from './order-item.ts';
import { type Totals, type Wanted, priceOrder, splitLine } from './pricing.ts';

/** DynamoDB's 400 KB of an item, less what an event is wrapped in. As JSON an order is larger than as an item. */
const maxOrderBytes = 400_000;
/** How far a caller's clock may be ahead. */
const clockToleranceMs = 5 * 60_000;

/** An order that a channel wants to place, with the identity derived from it. */
export type Placement = {
  orderId: string;
  contentHash: string;
  content: OrderContent;
  channel: { channel: string; pricesItself: boolean; paymentWindowMinutes?: number | undefined };
  /** Milliseconds since the epoch. */
  now: number;
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

/** `lines` of an invalid order: what the store sells them for now, where prices were the problem. */
type Refusal =
  | { kind: 'out-of-stock'; lines: Shortage[] }
  | { kind: 'invalid'; type: string; detail: string; errors: FieldError[]; lines?: CurrentPrice[] };
type CurrentPrice = { sku: string; unitPriceMinor: number; currency: string };

export type Decision =
  | { kind: 'accepted'; order: PlacedOrder; takes: Take[]; opening: Opening }
  | { kind: 'already-placed'; placedEventId: string }
  | { kind: 'order-conflict'; orderId: string }
  | Refusal;

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
  const priced = priceOrder(wanted.lines, shipping.priceMinor, policy);
  if (!priced) return amountTooLarge;
  const allocation = allocate(demand, known.stock, policy.warehousePreference);
  if ('shortages' in allocation) return { kind: 'out-of-stock', lines: allocation.shortages };

  const parts = partsOf(content.lines, allocation.takes);
  const lines: PlacedOrder['lines'] = [];
  for (const [index, line] of priced.lines.entries()) {
    lines.push(...splitLine(line, parts[index] ?? [], policy.taxIncluded, lines.length + 1));
  }
  const opened = open(placement, priced.totals.totalMinor, known.awaited);
  const order = placedOrder(placement, shipping.method, lines, priced.totals, opened);
  if (Buffer.byteLength(JSON.stringify(order)) > maxOrderBytes) return orderTooLarge;
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
function open({ content, channel, now }: Placement, totalMinor: number, awaited: AwaitedOrder | undefined): Payable {
  const { paymentWindowMinutes } = channel;
  const waits = paymentWindowMinutes !== undefined && totalMinor > 0;
  const unpaid: Payable = {
    status: waits ? 'payment-pending' : 'placed',
    currency: content.currency,
    totalMinor,
    reservedUntil: waits ? reservedFor(paymentWindowMinutes, now) : null,
  };
  return (awaited?.payments ?? []).reduce(withPayment, unpaid);
}

const placedOrder = (
  { orderId, content, channel: { channel }, now }: Placement,
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
  // There are no promotions yet, so no code is known.
  discounts: (content.couponCodes ?? []).map((code) => ({ code, appliedMinor: 0, reason: 'unknown-code' })),
  reservedUntil,
  placedAt: content.placedAt ?? new Date(now).toISOString(),
});

const shippingOf = ({ shippingMethod }: OrderContent, { shippingMethods }: SellingPolicy) =>
  shippingMethod === undefined ? shippingMethods[0] : shippingMethods.find(({ method }) => method === shippingMethod);

/** The lines at their prices, or the refusal of those that are not sold so: the first reason names it, all are told. */
function wantedLines(
  { content, channel }: Placement,
  skus: ReadonlyMap<string, SkuRecord>,
): { lines: Wanted[] } | { refusal: Refusal } {
  const lines: Wanted[] = [];
  const failures: (FieldError & { type: string; sku?: SkuRecord })[] = [];
  for (const [index, { sku: code, quantity, unitPriceMinor }] of content.lines.entries()) {
    const refuse = (type: string, field: string, detail: string, sku?: SkuRecord) =>
      failures.push({ type, pointer: `/lines/${index}/${field}`, detail, ...(sku && { sku }) });
    const sku = skus.get(code);
    if (!sku) refuse('unknown-sku', 'sku', `${code} is not in the catalogue`);
    else if (!sku.active) refuse('inactive-sku', 'sku', `${code} is not on sale`);
    else if (sku.currency !== content.currency) refuse('wrong-currency', 'sku', `${code} is sold in ${sku.currency}`);
    else if (!channel.pricesItself && unitPriceMinor !== undefined && unitPriceMinor !== sku.priceMinor) {
      refuse('price-changed', 'unitPriceMinor', `${code} costs ${sku.priceMinor} now`, sku);
    } else {
      const { taxCategory, category, priceMinor } = sku;
      const price = channel.pricesItself ? (unitPriceMinor ?? priceMinor) : priceMinor;
      lines.push({ sku: code, quantity, unitPriceMinor: price, taxCategory, category });
    }
  }
  const [first] = failures;
  if (!first) return { lines };
  const current = new Map(failures.flatMap(({ sku }) => (sku ? [[sku.sku, sku] as const] : [])));
  const prices = [...current.values()].map(({ sku, priceMinor, currency }) => ({
    sku,
    unitPriceMinor: priceMinor,
    currency,
  }));
  return {
    refusal: {
      kind: 'invalid',
      type: first.type,
      detail: `${failures.length} of ${content.lines.length} line(s) cannot be sold as they are: ${first.detail}.`,
      errors: failures.map(({ pointer, detail }) => ({ pointer, detail })),
      ...(prices.length > 0 && { lines: prices }),
    },
  };
}

const invalid = (type: string, pointer: string, detail: string): Refusal => ({
  kind: 'invalid',
  type,
  detail,
  errors: [{ pointer, detail }],
});

const orderTooLarge = invalid('order-too-large', '/lines', 'The order is larger than the store can keep as one.');
const unknownShipping = ({ shippingMethods }: SellingPolicy) =>
  invalid(
    'unknown-shipping-method',
    '/shippingMethod',
    `The shipping methods are ${shippingMethods.map(({ method }) => method).join(', ')}.`,
  );
const placedInFuture = invalid('placed-in-future', '/placedAt', 'An order cannot have been placed in the future.');
const amountTooLarge = invalid('amount-too-large', '/lines', 'The order comes to more than the store can handle.');
