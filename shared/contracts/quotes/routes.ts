import * as z from 'zod';
import { Address } from '../../address.ts';
import { AmountMinor, Currency, CurrencyCode, Instant, SentInstant, Sku } from '../../names.ts';
import { maxEntries, StoredText } from '../bounds.ts';
import { defineRoute } from '../define-route.ts';
import { Discount, orderAmounts } from '../orders/events.ts';
import { LinePriceList, pricingTerms, TaxAmount } from '../orders/pricing/terms.ts';
import { OrderContent, OrderParams, ShippingMethod, WantedLine } from '../orders/routes.ts';
import { Problem } from '../problem.ts';
import { QuotedPromotions } from './promotions.ts';
import { SignedQuote } from './signed-quote.ts';

const { customer, charges, paymentMethod } = OrderContent.shape;

/** A code as a customer enters it: the quote names it so, with blanks around it. */
const EnteredCode = z.string().max(40).regex(/\S/, 'A code has other characters than blanks');

/** A basket to price. */
export const QuoteContent = z
  .strictObject({
    channel: z.string().min(1).max(128).optional().meta({
      description:
        'Channel whose prices apply. A channel names only itself. Default: the channel of the client, if it is one',
      example: 'storefront',
    }),
    currency: Currency.describe('Currency of all amounts, ISO 4217'),
    customer: customer.optional(),
    shippingAddress: Address.optional().describe(
      'Where the goods go: its tax zone applies. Default: the zone of the store',
    ),
    lines: z.array(WantedLine).min(1).max(1000).describe('The lines'),
    couponCodes: z
      .array(EnteredCode)
      .max(20)
      .optional()
      .meta({ description: 'Coupon codes as entered', example: [' spring10 '] }),
    paymentMethod,
    shippingMethod: ShippingMethod.optional().meta({
      description: 'Shipping method. Default: the first one with a price in the currency that delivers to the country',
      example: 'standard',
    }),
    charges,
    at: SentInstant.optional().describe(
      'Time whose rates and prices of lists apply; of the last 31 days or later, as older prices are in the price history only. The own price of a SKU is the current one. Default: the time of the request',
    ),
    signed: z.boolean().optional().meta({
      description:
        'Whether the quote is signed, so that an order of the channel that sends it back in time has this price. It is of the time of the request. Default: false',
      example: true,
    }),
  })
  .refine(({ signed, at }) => !signed || at === undefined, {
    path: ['at'],
    message: 'A signed quote is of the time of the request',
  })
  .meta({ id: 'QuoteContent' });
export type QuoteContent = z.infer<typeof QuoteContent>;

/** Where a unit price and the rates of a line come from. */
const LineExplanation = z.object({
  price: StoredText.meta({
    description: 'Rule of the unit price',
    example: 'List wholesale-eur, version 3, from 10 units',
  }),
  tax: StoredText.meta({ description: 'Rule of the tax', example: 'reduced: 7 % VAT (DE)' }),
});

const QuotedLine = z.object({
  sku: Sku.describe('SKU of the line'),
  quantity: z.int().positive().meta({ description: 'Number of units', example: 2 }),
  unitPriceMinor: AmountMinor.describe('Price of a unit, in minor units'),
  discountMinor: AmountMinor.meta({ description: 'Discount of the whole line, in minor units', example: 0 }),
  taxMinor: AmountMinor.meta({ description: 'Tax of the whole line, in minor units', example: 666 }),
  totalMinor: AmountMinor.meta({
    description: 'Quantity × unit price − discount, plus tax if prices exclude it, in minor units',
    example: 3998,
  }),
  priceList: LinePriceList.optional().describe('Price list of the unit price; absent for the SKU’s own price'),
  taxCategory: StoredText.meta({ description: 'Tax category of the SKU', example: 'reduced' }),
  gift: StoredText.optional().meta({
    description: 'Promotion whose gift the line is; such lines follow the requested ones',
    example: 'tea-gift',
  }),
  explanation: LineExplanation.describe('Where price and tax come from'),
});

const BasketExplanation = z.object({
  taxZone: StoredText.meta({ description: 'Tax zone and treatment', example: 'de (Germany): union' }),
  rounding: z.enum(['line', 'order']).meta({ description: 'Tax is rounded per line or per order', example: 'line' }),
  shipping: StoredText.meta({
    description: 'Shipping method, and how its price is taxed',
    example: 'express: taxed as shipping',
  }),
});

/** A priced basket: the breakdown of an order. */
export const Quote = z
  .object({
    currency: CurrencyCode.describe('Currency of all amounts, ISO 4217'),
    at: Instant.describe('Time whose prices and rates apply'),
    shippingMethod: StoredText.meta({ description: 'Shipping method', example: 'standard' }),
    lines: z.array(QuotedLine).max(maxEntries).describe('The lines, as requested, then those of gifts'),
    ...orderAmounts,
    ...pricingTerms,
    discounts: z
      .array(Discount)
      .max(maxEntries)
      .describe('Discounts by promotion or coupon code, and for each code that does not apply, why'),
    promotions: QuotedPromotions.optional().describe(
      'Promotions that applied, and why others did not; absent if the store has none',
    ),
    signedQuote: z
      .object({
        quote: SignedQuote.describe('For the field `quote` of an order with the same basket, a JWS (RFC 7515)'),
        expiresAt: Instant.describe('Time from which an order gets the current price'),
      })
      .optional()
      .describe('Absent unless `signed` is requested'),
    explanation: BasketExplanation.describe('Where tax and shipping come from'),
  })
  .meta({ id: 'Quote' });

export const createQuote = defineRoute({
  method: 'POST',
  path: '/quotes',
  tag: 'Quotes',
  summary: 'Price a basket as an order would be, without placing it',
  scope: 'catalog.read',
  body: QuoteContent,
  responses: {
    200: {
      description: 'The amounts. An order with the same content has the same, while prices and rates are in force',
      schema: Quote,
    },
    403: { description: '`other-channel`: a channel named another channel', schema: Problem },
    409: { description: '`out-of-stock`: a promotion requires a gift that is out of stock', schema: Problem },
    422: {
      description:
        'Invalid content, or lines that cannot be sold as requested, as for an order; `code-refused` with a pointer for each code, if the store is strict about codes; `too-many-promotions`: more limited promotions apply than an order can claim at once; `quote-too-long`: the basket is too large for a signed quote',
      schema: Problem,
    },
  },
});

const ExplainedRate = TaxAmount.pick({ rateId: true, name: true, jurisdiction: true, percentage: true }).extend({
  validFrom: Instant.describe('Start of the rate'),
  validTo: Instant.optional().describe('End of the rate; absent if it has none'),
});

/** How the amounts of a placed order follow from its price lists, its tax zone and their versions. */
export const PriceExplanation = z
  .object({
    orderId: StoredText.meta({ description: 'Id of the order', example: 'ord_01kb9zq4y8t4v7c0m3j5r6n8px' }),
    placedAt: Instant.describe('Time at which the order was placed; its tax rates apply'),
    currency: CurrencyCode.describe('Currency of all amounts, ISO 4217'),
    pricedBy: z.enum(['store', 'channel']).meta({
      description:
        '`channel`: the channel set the prices, or the order is from before 2026-11-30. Tax that it set is not recomputed',
      example: 'store',
    }),
    engine: z.int().positive().optional().meta({ description: 'Version of the calculation', example: 1 }),
    settingsVersions: z
      .object({
        taxZones: z.int().nonnegative().meta({ description: 'Version of the tax zones', example: 4 }),
        shippingMethods: z.int().nonnegative().meta({ description: 'Version of the shipping methods', example: 2 }),
        promotions: z.int().nonnegative().optional().meta({
          description: 'Version of the promotions; absent if the store had none',
          example: 12,
        }),
      })
      .optional()
      .describe('Versions of the settings; 0 for those of the deployment'),
    taxZone: StoredText.optional().meta({ description: 'Tax zone and treatment', example: 'de (Germany): union' }),
    rounding: z.enum(['line', 'order']).optional().meta({ description: 'Rounding of the tax', example: 'line' }),
    shipping: StoredText.meta({ description: 'Shipping method and its price', example: 'express: 595 EUR' }),
    lines: z
      .array(
        z.object({
          lineId: StoredText.meta({ description: 'Id of the line', example: 'line-1' }),
          sku: Sku.describe('SKU of the line'),
          quantity: z.int().positive().meta({ description: 'Number of units', example: 2 }),
          unitPriceMinor: AmountMinor.describe('Price of a unit, in minor units'),
          priceList: LinePriceList.optional().describe('Price list of the unit price; absent for the SKU’s own price'),
          explanation: LineExplanation.describe('Where price and tax come from'),
          rates: z
            .array(ExplainedRate)
            .max(maxEntries)
            .describe('Rates of the line; none if its tax is not recomputed'),
          taxMinor: AmountMinor.meta({ description: 'Tax of the line, in minor units', example: 666 }),
        }),
      )
      .max(maxEntries)
      .describe('The lines of the order when it was placed'),
    discounts: z
      .array(Discount)
      .max(maxEntries)
      .describe(
        'Promotions with the version of their rules and the discount of each line, and codes that did not apply',
      ),
    taxes: z.array(TaxAmount).max(maxEntries).optional().describe('Tax by rate'),
    taxMinor: AmountMinor.meta({ description: 'Tax of the order when it was placed, in minor units', example: 666 }),
    recomputed: z
      .object({
        taxMinor: AmountMinor.meta({
          description: 'Tax from the frozen prices and rates, in minor units',
          example: 666,
        }),
        totalMinor: AmountMinor.meta({ description: 'Total from the frozen prices and rates', example: 3998 }),
        isEqual: z.boolean().meta({ description: 'Whether both are those of the order', example: true }),
      })
      .optional()
      .describe('The amounts calculated again from the prices; absent if the channel set the tax'),
  })
  .meta({ id: 'PriceExplanation' });

export const explainPrice = defineRoute({
  method: 'GET',
  path: '/orders/{orderId}/price-explanation',
  tag: 'Quotes',
  summary: 'Explain the amounts of an order as it was placed',
  scope: 'orders.read',
  params: OrderParams,
  responses: {
    200: { description: 'List, rate and rule of each amount, with their versions', schema: PriceExplanation },
    404: { description: 'Unknown order', schema: Problem },
    409: { description: '`rates-unknown`: the store no longer has the version of the tax zones', schema: Problem },
  },
});
