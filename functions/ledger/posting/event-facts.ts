import * as z from 'zod';
import { SkuChanged } from '../../../shared/contracts/catalog/events.ts';
import type { DataOf } from '../../../shared/contracts/define-event.ts';
import { LedgerEntryApproved } from '../../../shared/contracts/ledger/entry-events.ts';
import { SettlementLineRecorded } from '../../../shared/contracts/ledger/settlement-events.ts';
import { OrderPlaced } from '../../../shared/contracts/orders/events.ts';
import { OrderImported } from '../../../shared/contracts/orders/import-events.ts';
import * as orders from '../../../shared/contracts/orders/life-cycle-events.ts';
import * as refunds from '../../../shared/contracts/refunds/events.ts';
import { StockMoved } from '../../../shared/contracts/stock/events.ts';
import { accounts } from './accounts.ts';
import { placedFact } from './events/placed.ts';
import type { Transaction } from './post.ts';
import type { FactOf, OrderFact, SoldLine } from './order-facts.ts';
import { skuMoveOf } from './stock-moves.ts';
import type { SkuMove } from './sku-cost.ts';

/** An event as the queue delivers it, with the fields that every event has. */
export const LedgerMessage = z.looseObject({
  'detail-type': z.string(),
  detail: z.looseObject({
    metadata: z.looseObject({ eventId: z.string().min(1), occurredAt: z.iso.datetime({ offset: true }) }),
  }),
});
export type LedgerMessage = z.infer<typeof LedgerMessage>;

/** What an event says: about an order, about a SKU, or nothing that has postings. */
export type Fact =
  | { of: 'order'; orderId: string; fact: OrderFact }
  | { of: 'sku'; sku: string; move: SkuMove; text: string }
  /** A line of a provider's settlement, or an entry of two persons: its postings are in the event. */
  | { of: 'entry'; transaction: Transaction }
  | { of: 'nothing' };

const nothing: Fact = { of: 'nothing' };
type Base = { id: string; at: number };

/** Throws for an event that does not have the form of its contract. */
export function factOf(message: LedgerMessage): Fact {
  const { eventId: id, occurredAt } = message.detail.metadata;
  const base = { id, at: Date.parse(occurredAt) };
  const dataOf = <E extends { envelope: z.ZodType<{ detail: { data: unknown } }> }>({ envelope }: E): DataOf<E> =>
    envelope.parse(message).detail.data;
  switch (message['detail-type']) {
    case OrderPlaced.detailType:
      return placed(dataOf(OrderPlaced), base);
    case OrderImported.detailType:
      return placed(dataOf(OrderImported), base, { isImported: true });
    case orders.OrderEdited.detailType:
      return edited(dataOf(orders.OrderEdited), base);
    case orders.OrderCancelled.detailType:
    case orders.OrderLinesCancelled.detailType: {
      const event = message['detail-type'] === 'OrderCancelled' ? orders.OrderCancelled : orders.OrderLinesCancelled;
      const { orderId, externalOrderId, version, lines, refundId } = dataOf(event);
      const units = unitsOf(lines);
      return ofOrder(orderId, {
        kind: 'cancelled',
        ...base,
        text: `cancelled ${externalOrderId}`,
        version,
        units,
        refundId,
      });
    }
    case orders.OrderExpired.detailType: {
      const { orderId, externalOrderId, version } = dataOf(orders.OrderExpired);
      return ofOrder(orderId, { kind: 'expired', ...base, text: `expired ${externalOrderId}`, version });
    }
    case orders.OrderShipped.detailType: {
      const { orderId, externalOrderId, lines } = dataOf(orders.OrderShipped);
      return ofOrder(orderId, { kind: 'shipped', ...base, text: `shipped ${externalOrderId}`, units: unitsOf(lines) });
    }
    case orders.PaymentRecorded.detailType:
      return payment(dataOf(orders.PaymentRecorded), base);
    case refunds.RefundPaid.detailType:
      return payout(dataOf(refunds.RefundPaid), 1, base);
    case refunds.RefundPayoutFailed.detailType: {
      const data = dataOf(refunds.RefundPayoutFailed);
      return data.wasPaid ? payout(data, -1, base) : nothing;
    }
    case refunds.StoreCreditGranted.detailType: {
      const data = dataOf(refunds.StoreCreditGranted);
      return refunded(data, data.creditMinor, { by: 'store-credit', sign: 1, text: 'store credit' }, base);
    }
    case refunds.ExchangeSettled.detailType: {
      const data = dataOf(refunds.ExchangeSettled);
      return refunded(data, data.creditMinor, { by: 'exchange', sign: 1, text: 'exchanged' }, base);
    }
    case refunds.RefundPaidTwice.detailType: {
      const { orderId, externalOrderId, provider, currency, twiceMinor: amount } = dataOf(refunds.RefundPaidTwice);
      const text = `refund paid twice ${externalOrderId}`;
      return ofOrder(orderId, { kind: 'paid-twice', ...base, text, provider, currency, amount });
    }
    case refunds.ReturnReceived.detailType:
      return returned(dataOf(refunds.ReturnReceived), base);
    case StockMoved.detailType: {
      const data = dataOf(StockMoved);
      const move = skuMoveOf(data, base);
      return move ? { of: 'sku', sku: data.sku, move, text: `${data.type} ${data.sku}` } : nothing;
    }
    case SkuChanged.detailType: {
      const { sku, costMinor: unitCost, currency, category } = dataOf(SkuChanged);
      const move = { kind: 'cost' as const, ...base, unitCost, currency, category };
      return { of: 'sku', sku, move, text: `cost of ${sku}` };
    }
    case SettlementLineRecorded.detailType:
      return settled(dataOf(SettlementLineRecorded), base);
    case LedgerEntryApproved.detailType: {
      const { date, text, currency, postings, reverses } = dataOf(LedgerEntryApproved);
      const entry = { code: id, at: base.at, day: date, text, currency, postings, kind: 'entry' };
      return { of: 'entry', transaction: { ...entry, ...(reverses !== undefined && { reverses }) } };
    }
    default:
      return nothing;
  }
}

/** What a line of a settlement takes from, or pays out of, the money that the provider owes (L15, L16). */
const settledAccounts = {
  fee: accounts.paymentFees,
  payout: accounts.bank,
  'chargeback-fee': accounts.chargebackFees,
} as const;

function settled(line: DataOf<typeof SettlementLineRecorded>, { id, at }: Base): Fact {
  const { provider, type, currency, amountMinor, reference } = line;
  const text = [type, reference ?? provider].join(' ');
  const postings = [
    { account: settledAccounts[type], amountMinor },
    { account: accounts.clearing(provider), amountMinor: -amountMinor },
  ];
  return { of: 'entry', transaction: { code: id, at, text, currency, postings, kind: 'settlement' } };
}

const ofOrder = (orderId: string, fact: OrderFact): Fact => ({ of: 'order', orderId, fact });
const unitsOf = (lines: readonly { lineId: string; quantity: number }[]) =>
  lines.map(({ lineId, quantity }): [string, number] => [lineId, quantity]);

const placed = (order: Parameters<typeof placedFact>[0], base: Base, given: Parameters<typeof placedFact>[2] = {}) =>
  ofOrder(order.orderId, placedFact(order, base, given));

function edited(order: DataOf<typeof orders.OrderEdited>, base: Base): Fact {
  const { orderId, externalOrderId, version, amounts } = order;
  const lines = order.lines.map(({ before, after }) => ({
    ...(before && { before: before.lineId }),
    ...(after && { after: soldLine(after) }),
  }));
  const { shippingMinor: shipping, taxMinor } = amounts;
  const text = `edited ${externalOrderId}`;
  return ofOrder(orderId, { kind: 'edited', ...base, text, version, lines, shipping, taxMinor });
}

const soldLine = ({ lineId, sku, quantity, unitPriceMinor, discountMinor, taxMinor }: SoldLine): SoldLine => ({
  lineId,
  sku,
  quantity,
  unitPriceMinor,
  discountMinor,
  taxMinor,
});

function payment({ orderId, payment: event }: DataOf<typeof orders.PaymentRecorded>, base: Base): Fact {
  const { type, provider, currency, amountMinor: amount, chargebackId, paymentId } = event;
  if (type === 'payment.captured') {
    const text = `captured ${orderId}`;
    return ofOrder(orderId, { kind: 'captured', ...base, text, provider, currency, amount });
  }
  if (!type.startsWith('chargeback.')) return nothing;
  const state = type === 'chargeback.opened' ? 'opened' : type === 'chargeback.won' ? 'won' : 'lost';
  const fact: FactOf<'disputed'> = {
    kind: 'disputed',
    ...base,
    text: `chargeback ${state} ${orderId}`,
    provider,
    currency,
    dispute: chargebackId ?? paymentId,
    state,
    amount,
  };
  return ofOrder(orderId, fact);
}

type Leg = { provider: string; paidMinor: number } & RefundData;
type RefundData = Pick<
  DataOf<typeof refunds.RefundPaid>,
  'orderId' | 'externalOrderId' | 'refundId' | 'currency' | 'pots'
>;

const payout = (leg: Leg, sign: 1 | -1, base: Base): Fact => {
  const { provider } = leg;
  const text = sign === 1 ? 'refund paid' : 'refund returned by the provider';
  return refunded(leg, leg.paidMinor, { by: 'payment', provider, sign, text }, base);
};

/** The components sum to the amount; what an event of another form leaves open counts as goodwill. */
function refunded(
  data: RefundData,
  amountMinor: number,
  { text, ...how }: { text: string } & Pick<FactOf<'refunded'>, 'by' | 'provider' | 'sign'>,
  base: Base,
): Fact {
  const { orderId, externalOrderId, refundId, currency } = data;
  const pots = data.pots.map(({ pot, amountMinor: amount, taxMinor: tax, quantity }) => ({
    pot,
    amount,
    tax,
    quantity,
  }));
  const open = amountMinor - pots.reduce((sum, { amount }) => sum + amount, 0);
  if (open !== 0) pots.push({ pot: 'goodwill', amount: open, tax: 0, quantity: 0 });
  return ofOrder(orderId, {
    kind: 'refunded',
    ...base,
    text: `${text} ${externalOrderId}`,
    ...how,
    currency,
    refundId,
    pots,
  });
}

function returned({ orderId, externalOrderId, units }: DataOf<typeof refunds.ReturnReceived>, base: Base): Fact {
  const text = `return received ${externalOrderId}`;
  const received = units.flatMap(({ lineId, quantity, disposition }): FactOf<'restocked'>['units'] =>
    disposition === 'missing' ? [] : [[lineId, quantity, disposition]],
  );
  return ofOrder(orderId, { kind: 'restocked', ...base, text, units: received });
}
