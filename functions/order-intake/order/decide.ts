import type { SkuRecord } from '../../../shared/catalog/sku-item.ts';
import { clockToleranceMs } from '../../../shared/clock.ts';
import type { OrderContent } from '../../../shared/contracts/orders/routes.ts';
import { InitialStatus } from '../../../shared/contracts/orders/status.ts';
import type { Discount } from '../../../shared/contracts/orders/events.ts';
import { isTooLarge } from '../../../shared/dynamodb/transaction-limits.ts';
import type { Payment } from '../../../shared/payments/payment.ts';
import { hasHash } from '../../../shared/orders/equal-order.ts';
import { ceilingRefusal, pricesAboveCeiling, totalAboveCeiling } from '../../../shared/pricing/ceilings.ts';
import type { Basket, PricedBasket } from '../../../shared/pricing/price-basket.ts';
import { quoteOf } from '../../../shared/quotes/order-quote.ts';
import { promisedPrice } from '../../../shared/quotes/promised-price.ts';
import { splitLine } from '../../../shared/pricing/price-order.ts';
import { type PricingRules, rulesOf } from '../../../shared/pricing/pricing-rules.ts';
import type { PricingSnapshots } from '../../../shared/pricing/pricing-snapshots.ts';
import { type Invalid, invalid, orderTooLarge, tooManyPromotions } from '../../../shared/pricing/sellable.ts';
import { assignWarehouses, chooseWarehouses, demandOf, type Shortage } from '../../../shared/stock/allocation.ts';
import type { Buyer } from '../../../shared/promotions/limit-counters.ts';
import { isTooManyClaims, type OrderClaims, orderClaims } from '../../../shared/promotions/order-claims.ts';
import {
  buyerOf,
  limitedBy,
  type LimitState,
  type Needs,
  priceWithLimits,
  unreadLimits,
} from '../../../shared/promotions/price-with-limits.ts';
import { type ClaimActions, noClaims } from '../../../shared/promotions/promotion-claim.ts';
import type { Reservation } from '../../../shared/stock/reservation.ts';
import { availableIn, type StockItem } from '../../../shared/stock/stock-item.ts';
import { promotionRules } from '../../../shared/settings/promotion-policy.ts';
import { defaultMaxOrderAgeDays, type PlacingChannel, type SellingPolicy } from '../../../shared/store.ts';
import type { EarlyPayments, InitialState, PlacedOrder } from './order-item.ts';
import { type Payable, reservedFor, withCredit, withPayment } from './payment.ts';

/** A request to place an order, with the order id derived from its content. */
export type Placement = {
  orderId: string;
  contentHash: string;
  /** Hash of the content as sent, which orders placed before 2026-11-30 have. */
  sentHash?: string | undefined;
  content: OrderContent;
  channel: PlacingChannel;
  /** Milliseconds since the epoch. */
  now: number;
  /** When a queued order is decided, in milliseconds: its payment window starts then. @default now */
  decidedAt?: number;
  /** Where a claim looks for room in sharded counters; orders that are placed together have the same. @default by the order id */
  claimSeed?: number | undefined;
  /** For a replacement of returned goods: the return and the payments it can use. */
  exchangeOf?: ExchangeOf | undefined;
};

/** What was read before the decision on a placement. */
export type PlacementState = {
  order: { contentHash: string; placedEventId: string } | undefined;
  skus: ReadonlyMap<string, SkuRecord>;
  stock: ReadonlyMap<string, StockItem>;
  earlyPayments?: EarlyPayments | undefined;
  limits?: LimitState | undefined;
  /** Read if an order has a signed quote. */
  quoteKey?: string | undefined;
} & Partial<PricingSnapshots>;

/** What was read for several placements, by order id. */
export type PlacementStates = Omit<PlacementState, 'order' | 'earlyPayments'> & {
  orders: ReadonlyMap<string, PlacementState['order']>;
  earlyPayments: ReadonlyMap<string, PlacementState['earlyPayments']>;
  firstOrders: ReadonlyMap<string, boolean>;
  limits: LimitState;
};

/** The state of one of them. */
export const stateOf = (states: PlacementStates, orderId: string): PlacementState => {
  const { orders, earlyPayments, firstOrders, limits, ...offer } = states;
  const own = { ...limits, isFirstOrder: firstOrders.get(orderId) };
  return { order: orders.get(orderId), earlyPayments: earlyPayments.get(orderId), ...offer, limits: own };
};

/** A decision that needs more data first. */
export type Incomplete = { kind: 'incomplete'; needs: Needs };

type ExchangeOf = NonNullable<PlacedOrder['exchangeOf']>;

export type Decision =
  | {
      kind: 'accepted';
      order: PlacedOrder;
      reservations: Reservation[];
      initialState: InitialState;
      claims?: ClaimActions | undefined;
      /** Promotions whose limits decided on the order: it gets them, or it would with more left. */
      dependsOn?: readonly string[] | undefined;
    }
  | { kind: 'already-placed'; placedEventId: string }
  /** `placedEventId`: the order is placed, and may still have been placed with equal content. */
  | { kind: 'order-conflict'; orderId: string; placedEventId?: string | undefined }
  | { kind: 'out-of-stock'; lines: Shortage[] }
  | Invalid;

/** Accepts or refuses an order. An accepted order has its prices and the warehouses of its units. */
export function decide(placement: Placement, state: PlacementState, policy: SellingPolicy): Decision | Incomplete {
  const { orderId, content } = placement;
  if (state.order) {
    const { contentHash, placedEventId } = state.order;
    return hasHash(contentHash, placement)
      ? { kind: 'already-placed', placedEventId }
      : { kind: 'order-conflict', orderId, placedEventId };
  }

  const untimely = refuseTime(placement);
  if (untimely) return untimely;

  const priced = priceRequested(placement, state, policy);
  if ('needs' in priced) return { kind: 'incomplete', needs: priced.needs };
  if ('refusal' in priced) return priced.refusal;
  const { missingGift } = priced.promotions;
  if (missingGift) return { kind: 'out-of-stock', lines: [missingGift] };
  const { preference = policy.warehousePreference } = state.settings?.warehouses ?? {};
  const allocation = chooseWarehouses(demandOf(priced.lines), state.stock, preference);
  if ('shortages' in allocation) return { kind: 'out-of-stock', lines: allocation.shortages };

  const parts = assignWarehouses(priced.lines, allocation.reservations);
  const lines: PlacedOrder['lines'] = [];
  const lineIds: string[] = [];
  for (const [index, line] of priced.lines.entries()) {
    lineIds.push(`line-${lines.length + 1}`);
    lines.push(...splitLine(line, parts[index] ?? [], priced.totals.taxIncluded, lines.length + 1));
  }
  const claims = claimsOf(placement, state, priced, lineIds, policy);
  if ('unread' in claims)
    return { kind: 'incomplete', needs: { counters: claims.unread, gifts: [], firstOrder: false } };
  if (isTooManyClaims(claims.actions)) return tooManyPromotions;
  const exchangeOf = placement.exchangeOf && usedPayments(placement.exchangeOf, priced.totals.totalMinor);
  const initial = initialPayment({ ...placement, exchangeOf }, priced.totals.totalMinor, state.earlyPayments);
  const order = placedOrder({ ...placement, exchangeOf }, priced, { lines, lineIds }, initial);
  if (isTooLarge(order)) return orderTooLarge;
  return {
    kind: 'accepted',
    order,
    reservations: allocation.reservations,
    initialState: {
      earlyPaymentsVersion: state.earlyPayments?.version,
      payments: initial.payments,
      suspectedDuplicates: state.earlyPayments?.suspectedDuplicates,
      receivedAt: content.placedAt === undefined ? undefined : new Date(placement.now).toISOString(),
      holdReasons: initial.holdReasons,
      paymentWindowMinutes: placement.channel.paymentWindowMinutes,
      promotionClaims: claims.held.length > 0 ? claims.held : undefined,
    },
    claims: claims.held.length > 0 ? claims.actions : undefined,
    dependsOn: limitedBy(priced.promotions),
  };
}

/** The initial payment state. In a channel with a payment window the order waits for payment, unless it is paid already. */
function initialPayment(placement: Placement, totalMinor: number, early: EarlyPayments | undefined): Payable {
  const { content, channel, now, decidedAt = now } = placement;
  const { paymentWindowMinutes } = channel;
  const isPaymentDue = paymentWindowMinutes !== undefined && totalMinor > 0;
  const unpaid: Payable = {
    status: isPaymentDue ? 'payment-pending' : 'placed',
    currency: content.currency,
    totalMinor,
    reservedUntil: isPaymentDue ? reservedFor(paymentWindowMinutes, decidedAt) : null,
  };
  return (early?.payments ?? []).reduce(withPayment, withCredit(unpaid, creditOf(placement)));
}

/** The payments of the returned order that this order uses, in order, up to its total. */
function usedPayments({ payments, ...others }: ExchangeOf, totalMinor: number): ExchangeOf {
  let dueMinor = totalMinor;
  const used = payments.map(({ provider, paymentId, amountMinor: availableMinor }) => {
    const amountMinor = Math.min(availableMinor, dueMinor);
    dueMinor -= amountMinor;
    return { provider, paymentId, amountMinor };
  });
  return { ...others, payments: used.filter(({ amountMinor }) => amountMinor > 0) };
}

/** Captured payments of this order. They keep provider and payment id, because refunds go to the provider. */
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
  { shippingMethod, totals, terms, discounts }: PricedBasket,
  { lines, lineIds }: { lines: PlacedOrder['lines']; lineIds: readonly string[] },
  { status, reservedUntil }: Payable,
): PlacedOrder => ({
  orderId,
  externalOrderId: content.externalOrderId,
  channel,
  status: InitialStatus.parse(status),
  currency: content.currency,
  customer: content.customer,
  shippingAddress: content.shippingAddress,
  billingAddress: content.billingAddress,
  shippingMethod,
  paymentMethod: content.paymentMethod,
  couponCodes: content.couponCodes ?? [],
  note: content.note,
  lines,
  ...totals,
  ...terms,
  charges: content.charges?.length ? content.charges : undefined,
  discounts: discounts.map((discount) => withLineIds(discount, lineIds)),
  reservedUntil,
  placedAt: content.placedAt ?? new Date(now).toISOString(),
  exchangeOf,
});

/** Discounts of an order name its lines by id, where those of a basket have an index. */
const withLineIds = ({ lines, ...discount }: Discount, lineIds: readonly string[]): Discount => ({
  ...discount,
  ...(lines && { lines: lines.map(({ line = 0, amountMinor }) => ({ lineId: lineIds[line], amountMinor })) }),
});

/** What the order claims of limits. */
function claimsOf(
  placement: Placement,
  { promotions: set, settings, limits = unreadLimits }: PlacementState,
  { promotions: outcome }: PricedBasket,
  lineIds: readonly string[],
  policy: SellingPolicy,
): OrderClaims | { unread: string[] } {
  const rules = promotionRules(set, settings, policy);
  if (!rules || outcome.applied.length === 0) return { held: [], actions: noClaims };
  const { orderId, claimSeed } = placement;
  const buyer = buyerOfPlacement(placement);
  return orderClaims({ orderId, buyer, lineIds }, outcome, rules, limits, claimSeed);
}

export const buyerOfPlacement = (placement: Placement): Buyer => buyerOf(basketOf(placement));

const basketOf = ({ content, channel, now }: Placement): Basket => ({
  ...content,
  lines: content.lines.map((line, index) => ({ ...line, pointer: `/lines/${index}` })),
  channel,
  destination: content.shippingAddress,
  sent: content,
  now,
  at: content.placedAt === undefined ? now : Date.parse(content.placedAt),
});

function priceRequested(placement: Placement, state: PlacementState, policy: SellingPolicy) {
  const { channel } = placement;
  const { skus, stock, settings, priceLists, limits = unreadLimits } = state;
  const rules = rulesOf(policy, settings, priceLists, promotionRules(state.promotions, settings, policy));
  const available = new Map([...stock].map(([sku, item]) => [sku, availableIn(item)]));
  const basket = basketOf(placement);
  const promised = placement.content.quote === undefined ? undefined : quoteOf(placement, state.quoteKey);
  if (promised && 'refusal' in promised) return promised;
  const current = priceWithLimits(basket, { skus, available }, promised ? lenient(rules) : rules, limits);
  if ('refusal' in current || 'needs' in current) return current;
  const chosen = promised && promisedPrice(promised.quote, current, rules, limits, buyerOf(basket));
  if (chosen && !('priced' in chosen)) return chosen;
  const priced = chosen?.priced ?? current;
  const { totalMinor } = priced.totals;
  const prices = priced.lines.flatMap(({ unitPriceMinor, gift }, index) =>
    gift === undefined ? [{ unitPriceMinor, pointer: `/lines/${index}/unitPriceMinor` }] : [],
  );
  const refusal = ceilingRefusal([
    ...pricesAboveCeiling(channel.channel, prices, policy),
    ...totalAboveCeiling(channel.channel, { totalMinor, pointers: ['/lines'] }, policy),
  ]);
  return refusal ? { refusal } : priced;
}

/** A code whose promotion ended since the quote applies nevertheless. */
const lenient = ({ promotions, ...rules }: PricingRules): PricingRules => ({
  ...rules,
  promotions: promotions && { ...promotions, policy: { ...promotions.policy, codePolicy: 'lenient' } },
});

/** Refuses a time in the future, and one further in the past than the channel may name: it would restate that day. */
function refuseTime({ content: { placedAt }, channel, now }: Placement): Invalid | undefined {
  if (placedAt === undefined) return undefined;
  const at = Date.parse(placedAt);
  const { maxOrderAgeDays = defaultMaxOrderAgeDays } = channel;
  if (at > now + clockToleranceMs) return placedInFuture;
  return at < now - maxOrderAgeDays * dayMs ? placedTooEarly(maxOrderAgeDays) : undefined;
}

const dayMs = 86_400_000;
const placedTooEarly = (days: number) =>
  invalid(
    'placed-too-early',
    '/placedAt',
    `An order of this channel is placed at most ${days} days before it is sent.`,
  );
const placedInFuture = invalid('placed-in-future', '/placedAt', 'An order cannot be placed in the future.');
