import * as z from 'zod';
import { OrderCharge } from '../../../shared/contracts/orders/events.ts';
import { AmountMinor, Currency, Instant } from '../../../shared/names.ts';
import { OrderStatus } from '../../../shared/contracts/orders/status.ts';
import { Payment } from '../../../shared/payments/payment.ts';

const units = z.int().nonnegative().default(0);

/** What refunds need to know of an order, as its item in the order table holds it: no name, no address. */
export const Ordered = z.object({
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
  /** By how much each edit changed the total. */
  edits: z.array(z.object({ differenceMinor: z.int().default(0) })).default([]),
  payments: z.array(Payment).default([]),
  shipments: z.array(z.object({ shippedAt: Instant, deliveredAt: Instant.optional() })).default([]),
  placedAt: Instant,
  /** The order whose payments paid for this one, as far as they did. */
  exchangeOf: z.object({ orderId: z.string() }).optional(),
  /** Counts the changes of the order. */
  version: z.int().positive(),
});
export type Ordered = z.infer<typeof Ordered>;

/** Whether the bank decides on the order's money now. */
export const isDisputed = ({ payments }: Pick<Ordered, 'payments'>): boolean =>
  payments.some(({ type }) => type === 'chargeback.opened');

/** The order with the chargebacks of the one whose money it has: the bank decides on both. */
export const disputedWith = (order: Ordered, source: Ordered): Ordered => ({
  ...order,
  payments: [...order.payments, ...source.payments.filter(({ type }) => type === 'chargeback.opened')],
});
