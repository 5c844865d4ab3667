import { ExchangeApproved, ExchangeRefused, ExchangeSettled } from '../../../shared/contracts/refunds/events.ts';
import type { Offer } from '../../../shared/catalog/offer-store.ts';
import { notSold } from '../../../shared/catalog/sku-item.ts';
import type { FieldError } from '../../../shared/contracts/problem.ts';
import type { RefundContent } from '../../../shared/contracts/refunds/refund-content.ts';
import { availableIn } from '../../../shared/stock/stock-item.ts';
import { eventData, illegal, type Outcome, componentTotals, draftEvent } from '../refund/change.ts';
import { next } from '../refund/life-cycle.ts';
import type { OrderSnapshot } from '../refund/order-snapshot.ts';
import { type RefundLedger, paymentComponent, settle } from '../refund/refund-ledger.ts';
import { allocateToPayments } from '../refund/allocation.ts';
import type { Payout, RefundItem } from '../refund/refund-item.ts';
import { returningOf } from '../returns/returning.ts';

type Asked = Omit<RefundContent, 'requestId' | 'orderId'>;
/** What a payment gave for the replacement. */
type Given = { provider: string; paymentId: string; amountMinor: number };

/** Why these goods cannot be exchanged for what is wanted instead, as catalogue and stock are now; undefined if they can. */
export function refuseExchange(content: Asked, order: OrderSnapshot, account: RefundLedger, offer: Offer): Outcome | undefined {
  const { exchange } = content;
  if (!exchange) return undefined;
  const unfit = [...otherMoney(content), ...notWithCustomer(content, order, account)];
  if (unfit.length > 0) return { kind: 'invalid', errors: unfit };

  const unsold = exchange.lines.flatMap(({ sku }, index) => {
    const refusal = notSold(offer.skus.get(sku), sku, order.currency);
    return refusal ? [{ ...refusal, pointer: `/exchange/lines/${index}/sku` }] : [];
  });
  const [first] = unsold;
  if (first) return { kind: 'invalid', type: first.type, errors: unsold.map(({ type: _type, ...error }) => error) };

  const bySku = Map.groupBy(exchange.lines, ({ sku }) => sku);
  const shortages = [...bySku].flatMap(([sku, lines]) => {
    const requested = lines.reduce((sum, { quantity }) => sum + quantity, 0);
    const available = availableIn(offer.stock.get(sku));
    return available < requested ? [{ sku, requested, available }] : [];
  });
  return shortages.length > 0 ? { kind: 'out-of-stock', lines: shortages } : undefined;
}

/** Goods are exchanged for goods; other money is asked for by a request of its own. */
function otherMoney(content: Asked): FieldError[] {
  const others = ['charges', 'shippingMinor', 'taxMinor', 'overpaidMinor', 'goodwillMinor'] as const;
  const detail = 'An exchange is of lines alone';
  const errors = others.filter((name) => content[name]).map((name) => ({ pointer: `/${name}`, detail }));
  return content.lines ? errors : [{ pointer: '/lines', detail }, ...errors];
}

/** Lines of which units are wanted back that were not shipped: those are exchanged by editing the order. */
function notWithCustomer({ lines = [] }: Asked, order: OrderSnapshot, account: RefundLedger): FieldError[] {
  const out = new Map(returningOf(order, account, { lines }).map(({ lineId, quantity }) => [lineId, quantity]));
  return lines.flatMap(({ lineId, quantity }, index) =>
    quantity > 0 && out.get(lineId) === quantity
      ? []
      : [{ pointer: `/lines/${index}/quantity`, detail: `${out.get(lineId) ?? 0} unit(s) can be exchanged` }],
  );
}

/** Whether it is still to be seen if there is a replacement. */
export const isExchangeOpen = ({ exchange }: Pick<RefundItem, 'exchange'>): boolean =>
  exchange !== undefined && exchange.replacement === undefined && exchange.refusal === undefined;

/** Asks for the replacement, with all that the refund would pay. */
export function startExchange(refund: RefundItem): Outcome {
  const status = next(refund.status, 'exchange');
  if (!status || !refund.exchange) return illegal(refund, 'exchanged');
  const after: RefundItem = { ...refund, status, version: refund.version + 1 };
  const payments = refund.payouts.map(({ provider, paymentId, amountMinor }) => ({ provider, paymentId, amountMinor }));
  const told = draftEvent(ExchangeApproved, { ...eventData(after), lines: refund.exchange.lines, payments });
  return { kind: 'changed', refund: after, events: [told] };
}

export type Replacement = { orderId: string; totalMinor: number; payments: readonly Given[] };

/** The replacement was placed: what paid for it is gone from its pots for good, what is left is paid out. */
export function settleExchange(refund: RefundItem, account: RefundLedger, replacement: Replacement): Outcome {
  const { exchange } = refund;
  if (exchange?.replacement?.orderId === replacement.orderId) return { kind: 'already-done', refund };
  const payouts = refund.payouts.flatMap((leg) => parted(leg, replacement.payments));
  const given = payouts.filter(({ state }) => state === 'exchanged');
  const status = next(refund.status, given.length === payouts.length ? 'settle-whole' : 'settle-part');
  if (!status || !exchange) return illegal(refund, 'exchanged');
  const { orderId, totalMinor } = replacement;
  const creditMinor = given.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  const after: RefundItem = {
    ...refund,
    status,
    payouts,
    exchange: { ...exchange, replacement: { orderId, totalMinor, creditMinor } },
    version: refund.version + 1,
  };
  const told = {
    ...eventData(after),
    replacementOrderId: orderId,
    replacementMinor: totalMinor,
    creditMinor,
    pots: componentTotals(given),
  };
  const settled = { ...given.reduce(settle, account), version: account.version + 1 };
  return { kind: 'changed', refund: after, ledger: settled, events: [draftEvent(ExchangeSettled, told)] };
}

/** A leg as what it gave for the replacement, and what goes back to the customer. */
function parted(leg: Payout, given: readonly Given[]): Payout[] {
  const own = given.find(({ provider, paymentId }) => leg.provider === provider && leg.paymentId === paymentId);
  const usedMinor = own?.amountMinor ?? 0;
  const pot = paymentComponent(leg);
  const parts = [usedMinor, leg.amountMinor - usedMinor].map((minor) => ({ pot, refundable: { minor } }));
  return allocateToPayments(leg.draws, parts).map((part, index) => {
    const isUsed = usedMinor > 0 && index === 0;
    return Object.assign(part, { state: isUsed ? ('exchanged' as const) : ('due' as const), attempt: 0 });
  });
}

/** There is no replacement in the end: the exchange becomes the refund that it would have been. */
export function dropExchange(refund: RefundItem, refusal: string): Outcome {
  const { exchange } = refund;
  if (exchange?.refusal !== undefined) return { kind: 'already-done', refund };
  const status = next(refund.status, 'refuse-exchange');
  if (!status || !exchange) return illegal(refund, 'refunded instead');
  const after: RefundItem = { ...refund, status, exchange: { ...exchange, refusal }, version: refund.version + 1 };
  return { kind: 'changed', refund: after, events: [draftEvent(ExchangeRefused, { ...eventData(after), refusal })] };
}
