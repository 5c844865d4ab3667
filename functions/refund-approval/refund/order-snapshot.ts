import * as z from 'zod';
import { OrderCharge } from '../../../shared/contracts/orders/events.ts';
import { OrderStatus } from '../../../shared/contracts/orders/status.ts';
import { AmountMinor, CurrencyCode, Instant } from '../../../shared/names.ts';
import { hasOpenDispute, isDisputeEvent } from '../../../shared/payments/dispute.ts';
import { Payment } from '../../../shared/payments/payment.ts';
import { lineComponent } from '../../../shared/refunds/component-values.ts';
import type { RefundItem } from './refund-item.ts';
import type { Leg, RefundLedger } from './refund-ledger.ts';

const units = z.int().nonnegative().default(0);

const StoredOrder = z.object({
  orderId: z.string(),
  externalOrderId: z.string(),
  channel: z.string(),
  status: OrderStatus,
  currency: CurrencyCode,
  customer: z.object({ id: z.string().optional(), group: z.string().optional() }),
  shippingAddress: z.object({ country: z.string() }).optional(),
  lines: z.array(
    z.object({
      lineId: z.string(),
      sku: z.string(),
      category: z.string().optional(),
      discountMinor: AmountMinor.optional(),
      warehouse: z.string(),
      quantity: z.int().positive(),
      taxMinor: AmountMinor,
      totalMinor: AmountMinor,
      cancelledQuantity: units,
      shippedQuantity: units,
      refundedQuantity: units,
    }),
  ),
  shippingMinor: AmountMinor,
  taxMinor: AmountMinor,
  taxIncluded: z.boolean(),
  charges: z.array(OrderCharge).default([]),
  totalMinor: AmountMinor,
  cancelledMinor: AmountMinor.default(0),
  cancellations: z.array(z.object({ requestId: z.string() })).default([]),
  /** The change of the total by each edit. */
  edits: z.array(z.object({ differenceMinor: z.int().default(0) })).default([]),
  payments: z.array(Payment).default([]),
  shipments: z.array(z.object({ shippedAt: Instant, deliveredAt: Instant.optional() })).default([]),
  placedAt: Instant,
  /** The exchanged order whose payments paid for this one. */
  exchangeOf: z.object({ orderId: z.string() }).optional(),
  imported: z.literal(true).optional(),
  /** Counts the changes of the order. */
  version: z.int().positive(),
});
export type OrderSnapshot = z.infer<typeof StoredOrder>;

/** The fields of an order item that refunds read: no name and no address. */
export const OrderSnapshot = StoredOrder.transform((order) => (order.imported ? withHistory(order) : order));

/** The provider of a payment that was captured before the import. It has no adapter, so that staff pay its refunds. */
export const importedProvider = 'imported';

/**
 * An imported order is completed: without other records it was paid, shipped and delivered when it was placed, in the
 * system that it comes from. A payment event of a provider replaces that assumption.
 */
function withHistory(order: OrderSnapshot): OrderSnapshot {
  const { payments, shipments, placedAt, externalOrderId, currency, totalMinor } = order;
  const isCaptured = payments.some((payment) => payment.type === 'payment.captured' && payment.currency === currency);
  const capture: Payment = {
    provider: importedProvider,
    paymentId: externalOrderId,
    eventId: externalOrderId,
    type: 'payment.captured',
    amountMinor: totalMinor,
    currency,
    occurredAt: placedAt,
  };
  return {
    ...order,
    payments: isCaptured ? payments : [...payments, capture],
    shipments: shipments.length > 0 ? shipments : [{ shippedAt: placedAt, deliveredAt: placedAt }],
    lines: order.lines.map(({ quantity, cancelledQuantity, ...line }) => ({
      ...line,
      quantity,
      cancelledQuantity,
      shippedQuantity: quantity - cancelledQuantity,
    })),
  };
}

/**
 * The order as a refund in this currency sees it. Nothing is due in another currency than the order's, so that all that
 * was captured in it is overpaid.
 */
export const inCurrency = (order: OrderSnapshot, currency: string): OrderSnapshot =>
  currency === order.currency
    ? order
    : {
        ...order,
        currency,
        lines: [],
        charges: [],
        shippingMinor: 0,
        taxMinor: 0,
        totalMinor: 0,
        cancelledMinor: 0,
        edits: [],
      };

/** The currencies of captures that differ from the order's. */
export const otherCurrenciesOf = ({ payments, currency }: OrderSnapshot): string[] => {
  const captures = payments.filter(({ type, amountMinor }) => type === 'payment.captured' && amountMinor > 0);
  return [...new Set(captures.map((payment) => payment.currency))].filter((other) => other !== currency).toSorted();
};

/** An order, its refund ledger, and one of its refunds, read at one moment. */
export type RefundSnapshot = { order: OrderSnapshot; ledger: RefundLedger | undefined; refund: RefundItem | undefined };

/** Whether a chargeback of the order is open: until the bank decides, nothing is refunded. */
export const isDisputed = ({ payments }: Pick<OrderSnapshot, 'payments'>): boolean => hasOpenDispute(payments);

/** Adds the chargebacks of the exchanged order, whose money paid for this one. */
export const withChargebacksOf = (order: OrderSnapshot, exchanged: OrderSnapshot): OrderSnapshot => ({
  ...order,
  payments: [...order.payments, ...exchanged.payments.filter(isDisputeEvent)],
});

/** The order as it was sold, with the lines that these legs refund. */
export function saleOf(
  { shippingAddress, customer, taxIncluded, lines }: OrderSnapshot,
  legs: readonly Pick<Leg, 'draws'>[],
): RefundItem['sale'] {
  if (!shippingAddress) return undefined;
  const refunded = new Set(legs.flatMap(({ draws }) => draws.map(({ pot }) => pot)));
  const sold = lines
    .filter((line) => refunded.has(lineComponent(line)))
    .map(({ lineId, sku, category, quantity, discountMinor = 0 }) => {
      return { lineId, sku, category, quantity, discountMinor };
    });
  return { country: shippingAddress.country, customerGroup: customer.group, taxIncluded, lines: sold };
}
