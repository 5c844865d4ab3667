import * as z from 'zod';
import { OrderCharge } from '../../../shared/contracts/orders/events.ts';
import { OrderStatus } from '../../../shared/contracts/orders/status.ts';
import { AmountMinor, Currency, Instant } from '../../../shared/names.ts';
import { Payment } from '../../../shared/payments/payment.ts';
import type { RefundItem } from './refund-item.ts';
import type { RefundLedger } from './refund-ledger.ts';

const units = z.int().nonnegative().default(0);

/** The fields of an order item that refunds read: no name and no address. */
export const OrderSnapshot = z.object({
  orderId: z.string(),
  externalOrderId: z.string(),
  channel: z.string(),
  status: OrderStatus,
  currency: Currency,
  customer: z.object({ id: z.string().optional() }),
  lines: z.array(
    z.object({
      lineId: z.string(),
      sku: z.string(),
      warehouse: z.string(),
      quantity: z.int().positive(),
      taxMinor: AmountMinor,
      totalMinor: AmountMinor,
      cancelledQuantity: units,
      shippedQuantity: units,
    }),
  ),
  shippingMinor: AmountMinor,
  taxMinor: AmountMinor,
  taxIncluded: z.boolean(),
  charges: z.array(OrderCharge).default([]),
  totalMinor: AmountMinor,
  cancelledMinor: AmountMinor.default(0),
  /** The change of the total by each edit. */
  edits: z.array(z.object({ differenceMinor: z.int().default(0) })).default([]),
  payments: z.array(Payment).default([]),
  shipments: z.array(z.object({ shippedAt: Instant, deliveredAt: Instant.optional() })).default([]),
  placedAt: Instant,
  /** The exchanged order whose payments paid for this one. */
  exchangeOf: z.object({ orderId: z.string() }).optional(),
  /** Counts the changes of the order. */
  version: z.int().positive(),
});
export type OrderSnapshot = z.infer<typeof OrderSnapshot>;

/** An order, its refund ledger, and one of its refunds, read at one moment. */
export type RefundSnapshot = { order: OrderSnapshot; ledger: RefundLedger | undefined; refund: RefundItem | undefined };

/** Whether a chargeback of the order is open: until the bank decides, nothing is refunded. */
export const isDisputed = ({ payments }: Pick<OrderSnapshot, 'payments'>): boolean =>
  payments.some(({ type }) => type === 'chargeback.opened');

/** Adds the chargebacks of the exchanged order, whose money paid for this one. */
export const withChargebacksOf = (order: OrderSnapshot, exchanged: OrderSnapshot): OrderSnapshot => ({
  ...order,
  payments: [...order.payments, ...exchanged.payments.filter(({ type }) => type === 'chargeback.opened')],
});
