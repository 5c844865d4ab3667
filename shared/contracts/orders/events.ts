import * as z from 'zod';
import { AmountMinor, CallerId, Country, Currency, Instant, Sku, Warehouse } from '../../names.ts';
import { OrderStatus } from './status.ts';
import { defineEvent } from '../define-event.ts';

/**
 * A priced line. A request line served from two warehouses becomes two of these. Amounts but the unit price are for the
 * whole line; its total is quantity × unit price − discount, and + tax unless prices contain it.
 */
export const OrderLine = z.object({
  lineId: z.string(),
  sku: Sku,
  quantity: z.int().positive(),
  unitPriceMinor: AmountMinor,
  discountMinor: AmountMinor,
  taxMinor: AmountMinor,
  totalMinor: AmountMinor,
  warehouse: Warehouse,
});
export type OrderLine = z.infer<typeof OrderLine>;

/** What a promotion or a coupon code took off; nothing for a code that did not apply, and `reason` tells why. */
export const Discount = z.object({ code: z.string(), appliedMinor: AmountMinor, reason: z.string().optional() });
export type Discount = z.infer<typeof Discount>;

/** A duty or fee of the whole order, as the buyer pays it: no tax is split from it. */
export const OrderCharge = z.object({
  chargeId: CallerId,
  kind: z.enum(['duty', 'fee']),
  name: z.string().trim().min(1).max(200),
  amountMinor: AmountMinor,
});
export type OrderCharge = z.infer<typeof OrderCharge>;

const Customer = z.object({
  id: z.string().optional(),
  email: z.string().optional(),
  name: z.string().optional(),
  phone: z.string().optional(),
});

export const Address = z.object({
  country: Country,
  postalCode: z.string().optional(),
  city: z.string().optional(),
  line1: z.string().optional(),
});

/**
 * The return that an order replaces the goods of, and what each payment of the returned order gave for it: captured money
 * that counts as this order's own from then on, at the provider that holds it.
 */
const ExchangeOf = z.object({
  orderId: z.string(),
  refundId: z.string(),
  payments: z.array(z.object({ provider: z.string(), paymentId: CallerId, amountMinor: AmountMinor })),
});

/** An order was accepted: priced, with its stock reserved. `category` of a line is the SKU's at that moment. */
export const OrderPlaced = defineEvent(
  'storeworks.order-intake',
  'OrderPlaced',
  z.object({
    orderId: z.string(),
    externalOrderId: z.string(),
    channel: z.string(),
    /** Paid or held at once where payments came before the order. */
    status: OrderStatus.extract(['placed', 'payment-pending', 'paid', 'on-hold']),
    currency: Currency,
    customer: Customer,
    shippingAddress: Address,
    billingAddress: Address.optional(),
    shippingMethod: z.string(),
    couponCodes: z.array(z.string()),
    note: z.string().optional(),
    lines: z.array(OrderLine.extend({ category: z.string().optional() })),
    /** Sum of quantity × unit price over the lines. Tax is that of the lines and of shipping. */
    subtotalMinor: AmountMinor,
    discountMinor: AmountMinor,
    shippingMinor: AmountMinor,
    taxMinor: AmountMinor,
    taxIncluded: z.boolean(),
    /** Absent for none. */
    charges: z.array(OrderCharge).optional(),
    /** subtotal − discount + shipping + charges, and + tax unless it is included. */
    totalMinor: AmountMinor,
    discounts: z.array(Discount),
    /** When the hold on the stock ends; null while an order waits for nothing. */
    reservedUntil: Instant.nullable(),
    placedAt: Instant,
    /** Of an order that the store placed itself, for goods that come back. */
    exchangeOf: ExchangeOf.optional(),
  }),
);

/** The order that was to replace returned goods cannot be had; it never will be. `reason` is a problem type. */
export const ReplacementRefused = defineEvent(
  'storeworks.order-intake',
  'ReplacementRefused',
  z.object({
    orderId: z.string(),
    externalOrderId: z.string(),
    channel: z.string(),
    exchangeOf: ExchangeOf.pick({ orderId: true, refundId: true }),
    reason: z.string(),
  }),
);
