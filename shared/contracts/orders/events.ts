import * as z from 'zod';
import { maxEntries, StoredText } from '../bounds.ts';
import { StoredAddress } from '../../address.ts';
import { AmountMinor, CallerId, CurrencyCode, Instant, Sku, Warehouse } from '../../names.ts';
import { OrderStatus } from './status.ts';
import { defineEvent } from '../define-event.ts';
import { personal } from '../personal-data.ts';
import { LinePriceList, pricingTerms, storedCustomerTerms } from './pricing/terms.ts';

/**
 * A priced line of one warehouse; a requested line from two warehouses becomes two lines. Amounts except the unit price are
 * for the whole line. Total = quantity × unit price − discount, + tax if prices exclude it.
 */
export const OrderLine = z.object({
  lineId: StoredText.meta({ description: 'Id of the line', example: '1' }),
  sku: Sku.describe('SKU of the line'),
  quantity: z.int().positive().meta({ description: 'Number of units', example: 2 }),
  unitPriceMinor: AmountMinor.describe('Price of a unit, in minor units'),
  discountMinor: AmountMinor.meta({ description: 'Discount of the whole line, in minor units', example: 0 }),
  taxMinor: AmountMinor.meta({ description: 'Tax of the whole line, in minor units', example: 666 }),
  totalMinor: AmountMinor.meta({
    description: 'Quantity × unit price − discount, plus tax if prices exclude it, in minor units',
    example: 3998,
  }),
  warehouse: Warehouse.describe('Warehouse whose stock is reserved for the line'),
  priceList: LinePriceList.optional().describe('Price list of the unit price; absent for the SKU’s own price'),
  gift: StoredText.optional().meta({
    description: 'Promotion whose gift the line is; absent for a line that was ordered',
    example: 'tea-gift',
  }),
});
export type OrderLine = z.infer<typeof OrderLine>;

/** The discount of a promotion or coupon code. For a code that does not apply it is 0, and `reason` says why. */
export const Discount = z.object({
  code: StoredText.meta({
    description: 'Coupon code as entered; the id of the promotion if it needs none',
    example: 'SPRING10',
  }),
  appliedMinor: AmountMinor.meta({
    description: 'Discount in minor units; 0 for a code that does not apply',
    example: 400,
  }),
  reason: StoredText.optional().meta({ description: 'Why a code does not apply', example: 'unknown-code' }),
  promotionId: StoredText.optional().meta({
    description: 'Id of the promotion; absent for an unknown code, and for discounts of a channel that prices itself',
    example: 'spring-sale',
  }),
  version: z.int().positive().optional().meta({
    description: 'Version of the promotion’s rules that applied',
    example: 3,
  }),
  name: StoredText.optional().meta({ description: 'Name of the promotion', example: 'Spring sale' }),
  target: StoredText.optional().meta({
    description: '`line`, `order`, `gift` or `shipping`. A discount of shipping is not part of `discountMinor`',
    example: 'order',
  }),
  lines: z
    .array(
      z.object({
        lineId: StoredText.optional().meta({
          description: 'Id of the line; the first one of a line that several warehouses ship. Absent in a quote',
          example: 'line-1',
        }),
        line: z.int().nonnegative().optional().meta({
          description: 'Index of the line in a quote, which has no line ids',
          example: 0,
        }),
        amountMinor: AmountMinor.meta({ description: 'Discount of the line, in minor units', example: 400 }),
      }),
    )
    .max(maxEntries)
    .optional()
    .describe('Discount by line; it sums to `appliedMinor`. Absent for shipping and for codes that do not apply'),
  trimmed: StoredText.optional().meta({
    description:
      'Why the discount is less than its rate or amount: `margin-floor`, `promotion-cap`, `order-cap`, `budget` or `quota`',
    example: 'promotion-cap',
  }),
});
export type Discount = z.infer<typeof Discount>;

/** A duty or fee of the whole order. No tax is calculated on it. */
export const OrderCharge = z.object({
  chargeId: CallerId.meta({ description: 'Id of the charge in the order', example: 'import-duty' }),
  kind: z.enum(['duty', 'fee']).describe('Kind of the charge'),
  name: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .meta({ description: 'Name of the charge, as customers see it', example: 'Import duty' }),
  amountMinor: AmountMinor.meta({ description: 'Amount in minor units', example: 1200 }),
});
export type OrderCharge = z.infer<typeof OrderCharge>;

/** The customer of a stored order. */
export const StoredCustomer = z.object({
  id: personal(StoredText.optional().meta({ description: 'The channel’s id of the customer', example: 'customer-7' })),
  email: personal(StoredText.optional().meta({ description: 'E-mail address as sent', example: 'ada@example.com' })),
  name: personal(StoredText.optional().meta({ description: 'Name', example: 'Ada Lovelace' })),
  phone: personal(StoredText.optional().meta({ description: 'Phone number as sent', example: '+44 20 7946 0018' })),
  ...storedCustomerTerms,
});

/**
 * The return whose goods an order replaces, and the payments of the returned order that pay for it. They count as captured
 * for the replacement, at the same provider.
 */
const ExchangeOf = z.object({
  orderId: StoredText.meta({ description: 'Id of the returned order', example: 'ord_01kb9zq4y8t4v7c0m3j5r6n8px' }),
  refundId: StoredText.meta({ description: 'Id of the refund', example: 'ref_01kb9zq4y8t4v7c0m3j5r6n8px' }),
  payments: z
    .array(
      z.object({
        provider: StoredText.meta({ description: 'Payment provider', example: 'acme' }),
        paymentId: CallerId.meta({ description: 'Id of the payment at the provider', example: 'pay_88123' }),
        amountMinor: AmountMinor.describe('Amount that counts as captured, in minor units'),
      }),
    )
    .max(maxEntries)
    .describe('Payments of the returned order that pay for this order'),
});

/** The amounts of an order. */
export const orderAmounts = {
  subtotalMinor: AmountMinor.meta({
    description: 'Sum of quantity × unit price of the lines, in minor units',
    example: 3998,
  }),
  discountMinor: AmountMinor.meta({ description: 'Sum of the discounts, in minor units', example: 0 }),
  shippingMinor: AmountMinor.meta({ description: 'Price of the shipping, in minor units', example: 495 }),
  taxMinor: AmountMinor.meta({ description: 'Tax of lines and shipping, in minor units', example: 749 }),
  taxIncluded: z.boolean().meta({ description: 'Whether the amounts contain the tax', example: true }),
  charges: z.array(OrderCharge).max(maxEntries).optional().describe('Duties and fees; absent if there are none'),
  totalMinor: AmountMinor.meta({
    description: 'Subtotal − discount + shipping + charges, plus tax if it is not included, in minor units',
    example: 4493,
  }),
};

/** An order was accepted: priced, with its stock reserved. A line has the SKU's `category` at that time. */
export const OrderPlaced = defineEvent(
  'storeworks.order-intake',
  'OrderPlaced',
  z.object({
    orderId: StoredText.meta({ description: 'Id of the order', example: 'ord_01kb9zq4y8t4v7c0m3j5r6n8px' }),
    externalOrderId: StoredText.meta({ description: 'Id of the order in its channel', example: 'web-100042' }),
    channel: StoredText.meta({ description: 'Channel of the order', example: 'storefront' }),
    status: OrderStatus.extract(['placed', 'payment-pending', 'paid', 'on-hold']).describe(
      'Status of the order; `paid` or `on-hold` if payments were received before the order',
    ),
    currency: CurrencyCode.describe('Currency of all amounts, ISO 4217'),
    customer: StoredCustomer.describe('The customer'),
    shippingAddress: StoredAddress.describe('Address that the goods are shipped to'),
    billingAddress: StoredAddress.optional().describe('Address of the invoice, if it differs'),
    shippingMethod: StoredText.meta({ description: 'Shipping method', example: 'standard' }),
    paymentMethod: StoredText.optional().meta({
      description: 'Payment method that the channel named, by which promotions may apply',
      example: 'card',
    }),
    couponCodes: z
      .array(StoredText)
      .max(maxEntries)
      .meta({ description: 'Coupon codes of the order', example: ['SPRING10'] }),
    note: personal(
      StoredText.optional().meta({
        description: 'Note of the customer',
        example: 'Please leave it with the neighbour',
      }),
    ),
    lines: z
      .array(
        OrderLine.extend({
          category: StoredText.optional().meta({
            description: 'Category of the SKU when the order was placed',
            example: 'Tea',
          }),
          partOf: StoredText.optional().meta({
            description: 'Id of the first line of a requested line that several warehouses ship; absent if one does',
            example: 'line-1',
          }),
          taxCategory: StoredText.optional().meta({
            description: 'Tax category of the SKU when the order was placed; absent for `standard`',
            example: 'reduced',
          }),
        }),
      )
      .max(maxEntries)
      .describe('The lines, one for each warehouse that ships a part'),
    ...orderAmounts,
    ...pricingTerms,
    discounts: z.array(Discount).max(maxEntries).describe('Discounts by promotion or coupon code'),
    reservedUntil: Instant.nullable().describe(
      'Time at which the reservation expires; null if the order waits for no payment',
    ),
    placedAt: Instant.describe('Time at which the order was placed'),
    exchangeOf: ExchangeOf.optional().describe('The return whose goods the order replaces'),
  }),
);

/** A replacement of returned goods was refused, which is final. `reason` is a problem type. */
export const ReplacementRefused = defineEvent(
  'storeworks.order-intake',
  'ReplacementRefused',
  z.object({
    orderId: StoredText.meta({
      description: 'Id that the replacement order would have had',
      example: 'ord_01kba0f2j3m5n6p7q8r9s0t1v2',
    }),
    externalOrderId: StoredText.meta({
      description: 'Id of the replacement order in its channel',
      example: 'web-100042-exchange',
    }),
    channel: StoredText.meta({ description: 'Channel of the returned order', example: 'storefront' }),
    exchangeOf: ExchangeOf.pick({ orderId: true, refundId: true }).describe(
      'The return whose goods would have been replaced',
    ),
    reason: StoredText.meta({
      description: 'Why the replacement was refused, as a problem type',
      example: 'out-of-stock',
    }),
  }),
);
