import * as z from 'zod';
import { StoredAddress } from '../../address.ts';
import { AmountMinor, CallerId, Currency, Instant, Sku, Warehouse } from '../../names.ts';
import { OrderStatus } from './status.ts';
import { defineEvent } from '../define-event.ts';

/**
 * A priced line of one warehouse; a requested line from two warehouses becomes two lines. Amounts except the unit price are
 * for the whole line. Total = quantity × unit price − discount, + tax if prices exclude it.
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

/** The discount of a promotion or coupon code. For a code that does not apply it is 0, and `reason` says why. */
export const Discount = z.object({ code: z.string(), appliedMinor: AmountMinor, reason: z.string().optional() });
export type Discount = z.infer<typeof Discount>;

/** A duty or fee of the whole order. No tax is calculated on it. */
export const OrderCharge = z.object({
  chargeId: CallerId,
  kind: z.enum(['duty', 'fee']),
  name: z.string().trim().min(1).max(200),
  amountMinor: AmountMinor,
});
export type OrderCharge = z.infer<typeof OrderCharge>;

/** The customer of a stored order. */
export const StoredCustomer = z.object({
  id: z.string().optional().meta({ description: 'The channel’s id of the customer', example: 'customer-7' }),
  email: z.string().optional().meta({ description: 'E-mail address as sent', example: 'ada@example.com' }),
  name: z.string().optional().meta({ description: 'Name', example: 'Ada Lovelace' }),
  phone: z.string().optional().meta({ description: 'Phone number as sent', example: '+44 20 7946 0018' }),
});

/**
 * The return whose goods an order replaces, and the payments of the returned order that pay for it. They count as captured
 * for the replacement, at the same provider.
 */
const ExchangeOf = z.object({
  orderId: z.string(),
  refundId: z.string(),
  payments: z.array(z.object({ provider: z.string(), paymentId: CallerId, amountMinor: AmountMinor })),
});

/** An order was accepted: priced, with its stock reserved. A line has the SKU's `category` at that time. */
export const OrderPlaced = defineEvent(
  'storeworks.order-intake',
  'OrderPlaced',
  z.object({
    orderId: z.string(),
    externalOrderId: z.string(),
    channel: z.string(),
    /** `paid` or `on-hold` if payments were received before the order. */
    status: OrderStatus.extract(['placed', 'payment-pending', 'paid', 'on-hold']),
    currency: Currency,
    customer: StoredCustomer,
    shippingAddress: StoredAddress,
    billingAddress: StoredAddress.optional(),
    shippingMethod: z.string(),
    couponCodes: z.array(z.string()),
    note: z.string().optional(),
    lines: z.array(OrderLine.extend({ category: z.string().optional() })),
    /** Sum of quantity × unit price of the lines. `taxMinor` is the tax of lines and shipping. */
    subtotalMinor: AmountMinor,
    discountMinor: AmountMinor,
    shippingMinor: AmountMinor,
    taxMinor: AmountMinor,
    taxIncluded: z.boolean(),
    /** Absent if there are none. */
    charges: z.array(OrderCharge).optional(),
    /** subtotal − discount + shipping + charges, + tax if prices exclude it. */
    totalMinor: AmountMinor,
    discounts: z.array(Discount),
    /** When the reservation expires; null if the order waits for no payment. */
    reservedUntil: Instant.nullable(),
    placedAt: Instant,
    /** For an order that the store placed as a replacement of returned goods. */
    exchangeOf: ExchangeOf.optional(),
  }),
);

/** A replacement of returned goods was refused, which is final. `reason` is a problem type. */
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
