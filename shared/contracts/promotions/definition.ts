import * as z from 'zod';
import { AmountMinor, Country, Currency, PathId, Sku } from '../../names.ts';

const maxScopeEntries = 1000;
const maxTiers = 20;
const maxGifts = 20;
const maxBundleSkus = 20;

const promotionLevels = ['line', 'order', 'shipping'] as const;

const Priority = z.int().min(-1_000_000).max(1_000_000);
const BasisPoints = z.int().min(1).max(10_000).meta({ description: 'Rate in basis points', example: 2500 });
const Units = z.int().min(1).max(1_000_000);
const Id = z.string().min(1).max(128);

/** An amount for each currency. A promotion with amounts applies in these currencies only: nothing is converted. */
export const AmountByCurrency = z
  .partialRecord(Currency, AmountMinor.min(1))
  .refine((amounts) => Object.keys(amounts).length > 0, 'Names at least one currency')
  .meta({ maxProperties: 200, description: 'Amount in minor units by currency', example: { GBP: 500 } });

/** A product attribute with one of these values. */
const AttributeValues = z.strictObject({
  name: Id.meta({ description: 'Name of the attribute', example: 'colour' }),
  values: z
    .array(z.string().min(1).max(200))
    .min(1)
    .max(100)
    .meta({ description: 'Values', example: ['red'] }),
});

const scopeFields = {
  all: z.literal(true).optional().meta({ description: 'All goods', example: true }),
  skus: z.array(Sku).max(maxScopeEntries).optional().describe('These SKUs'),
  categories: z
    .array(Id)
    .max(maxScopeEntries)
    .optional()
    .meta({ description: 'Ids of categories, with all that are below them', example: ['toys'] }),
  products: z
    .array(Id)
    .max(maxScopeEntries)
    .optional()
    .meta({ description: 'Ids of products', example: ['earl-grey'] }),
  attributes: z
    .array(AttributeValues)
    .max(20)
    .optional()
    .describe('Goods that have one of the values of each of these attributes'),
};

/** Goods: those that match one of the entries, without those that match one of `except`. */
export const GoodsScope = z
  .strictObject({
    ...scopeFields,
    except: z.strictObject(scopeFields).optional().describe('Goods that are excluded'),
  })
  .meta({ id: 'GoodsScope', description: 'Goods of a promotion', example: { categories: ['toys'] } });
export type GoodsScope = z.infer<typeof GoodsScope>;

const Tier = z.strictObject({
  fromMinor: AmountByCurrency.optional().describe('Subtotal from which the tier applies'),
  fromUnits: Units.optional().meta({ description: 'Units from which the tier applies', example: 10 }),
  kind: z.enum(['percent', 'amount']).meta({ description: 'Kind of the discount', example: 'percent' }),
  basisPoints: BasisPoints.optional(),
  amountMinor: AmountByCurrency.optional(),
});

const levelText = 'What is discounted: each line, the order, or shipping';
const kind = <const K extends string>(name: K) => z.literal(name).describe('Kind of the discount');

/** What the discount is. Free shipping is 10,000 basis points at level `shipping`; a flash price has a limit of units. */
const Discount = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: kind('percent'),
    level: z.enum(promotionLevels).describe(levelText),
    basisPoints: BasisPoints,
  }),
  z.strictObject({
    kind: kind('amount'),
    level: z.enum(promotionLevels).describe(levelText),
    amountMinor: AmountByCurrency,
    amountIncludesTax: z.boolean().optional().meta({
      description: 'Where prices are without tax: the customer’s total falls by the amount. @default false',
      example: true,
    }),
  }),
  z.strictObject({
    kind: kind('fixed-price'),
    level: z.literal('line').describe(levelText),
    priceMinor: AmountByCurrency,
  }),
  z.strictObject({
    kind: kind('tiers'),
    level: z.enum(['line', 'order']).describe(levelText),
    tierOn: z.enum(['subtotal', 'units']).meta({ description: 'What the tiers count', example: 'subtotal' }),
    tiers: z.array(Tier).min(1).max(maxTiers).describe('Tiers. The highest that is reached applies'),
  }),
  z.strictObject({
    kind: kind('buy-get'),
    level: z.literal('line').describe(levelText),
    buy: z
      .strictObject({
        units: Units.meta({ description: 'Units of a set that are bought', example: 2 }),
        of: GoodsScope,
      })
      .describe('What is bought'),
    get: z
      .strictObject({
        units: Units.meta({ description: 'Units of a set that are discounted', example: 1 }),
        of: GoodsScope,
        basisPoints: BasisPoints,
      })
      .describe('What is discounted'),
    maxTimes: Units.optional().meta({ description: 'Most sets of an order. @default no maximum', example: 3 }),
    select: z.enum(['per-set', 'cheapest']).optional().meta({
      description:
        'Units that are discounted. @default per-set where the same goods are bought and discounted, else cheapest',
      example: 'per-set',
    }),
  }),
  z.strictObject({
    kind: kind('gift'),
    level: z.literal('line').describe(levelText),
    gifts: z.array(Sku).min(1).max(maxGifts).describe('SKUs, the first that is in stock is given'),
    units: Units.optional().meta({ description: 'Units of the gift. @default 1', example: 1 }),
    ifOutOfStock: z.enum(['skip', 'refuse']).optional().meta({
      description: '`skip`: no gift; `refuse`: the order is refused. @default skip',
      example: 'skip',
    }),
  }),
  z.strictObject({
    kind: kind('bundle'),
    level: z.literal('line').describe(levelText),
    bundle: z
      .record(Sku, Units)
      .refine((units) => Object.keys(units).length > 0 && Object.keys(units).length <= maxBundleSkus, {
        message: `A bundle has 1 to ${maxBundleSkus} SKUs`,
      })
      .meta({ maxProperties: maxBundleSkus, description: 'Units of each SKU', example: { A: 1, B: 1 } }),
    priceMinor: AmountByCurrency,
    maxTimes: Units.optional().meta({ description: 'Most bundles of an order. @default no maximum', example: 3 }),
  }),
]);

const Audience = z.strictObject({
  channels: z
    .array(Id)
    .max(100)
    .optional()
    .meta({ description: 'Channels', example: ['storefront'] }),
  customerGroups: z
    .array(Id)
    .max(100)
    .optional()
    .meta({ description: 'Customer groups', example: ['members'] }),
  countries: z
    .array(Country)
    .max(300)
    .optional()
    .meta({ description: 'Shipping countries', example: ['GB'] }),
  paymentMethods: z
    .array(Id)
    .max(50)
    .optional()
    .meta({ description: 'Payment methods', example: ['card'] }),
  except: z
    .strictObject({
      channels: z
        .array(Id)
        .max(100)
        .optional()
        .meta({ description: 'Excluded channels', example: ['marketplace'] }),
      customerGroups: z
        .array(Id)
        .max(100)
        .optional()
        .meta({ description: 'Excluded customer groups', example: ['staff'] }),
      countries: z
        .array(Country)
        .max(300)
        .optional()
        .meta({ description: 'Excluded shipping countries', example: ['US'] }),
      paymentMethods: z
        .array(Id)
        .max(50)
        .optional()
        .meta({ description: 'Excluded payment methods', example: ['invoice'] }),
    })
    .optional()
    .describe('Excluded channels, groups, countries and payment methods'),
  firstOrderOnly: z.literal(true).optional().meta({ description: 'Only for the first order', example: true }),
});

const Condition = z.strictObject({
  minSubtotalMinor: AmountByCurrency.optional().describe('Goods from which the promotion applies'),
  minUnits: Units.optional().meta({ description: 'Units from which the promotion applies', example: 3 }),
  basis: z.enum(['list', 'after-goods']).optional().meta({
    description:
      '`list`: goods at their unit price, before discounts; `after-goods`: what remains of them. @default list',
    example: 'list',
  }),
  of: GoodsScope.optional().describe('Goods that count. @default all goods'),
});

const WallTime = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/, 'A local time is YYYY-MM-DDTHH:MM, without a zone')
  .meta({ example: '2026-12-24T18:00' });

/** When the promotion is in force: `start <= now < end`, and in an occurrence if it recurs. */
const Schedule = z.strictObject({
  start: WallTime.optional().describe('Local start. @default at once'),
  end: WallTime.optional().describe('Local end, exclusive. @default none'),
  zone: z.string().min(1).max(100).optional().meta({
    description: 'IANA time zone of the local times. @default the zone of the store',
    example: 'Europe/London',
  }),
  rrule: z.string().max(200).optional().meta({
    description: 'Days of the occurrences (RFC 5545 RRULE: FREQ, INTERVAL, BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS)',
    example: 'FREQ=WEEKLY;BYDAY=WE',
  }),
  hours: z
    .strictObject({
      from: z
        .string()
        .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
        .meta({ description: 'Local start', example: '17:00' }),
      to: z
        .string()
        .regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/)
        .meta({ description: 'Local end, exclusive; before the start: on the next day', example: '19:00' }),
    })
    .optional()
    .describe('Hours of each occurrence. @default the whole day'),
});
export type PromotionSchedule = z.infer<typeof Schedule>;

const Limits = z.strictObject({
  total: z.int().min(1).max(1_000_000_000).optional().meta({ description: 'Uses in total', example: 1000 }),
  perCustomer: Units.optional().meta({ description: 'Uses of each customer', example: 1 }),
  perCode: Units.optional().meta({ description: 'Uses of each code', example: 1 }),
  units: z
    .int()
    .min(1)
    .max(1_000_000_000)
    .optional()
    .meta({ description: 'Units at the discounted price', example: 100 }),
  budgetMinor: AmountByCurrency.optional().describe('Most discount in total'),
  budgetPer: z.enum(['total', 'day', 'week', 'month']).optional().meta({
    description: 'Period of the budget, in the zone of the schedule; a week starts on Monday. @default total',
    example: 'day',
  }),
  budgetPolicy: z.enum(['whole', 'partial']).optional().meta({
    description: '`whole`: the whole discount or none; `partial`: what remains of the budget. @default whole',
    example: 'whole',
  }),
});

const Combination = {
  priority: Priority.default(0).meta({ description: 'Evaluated first if larger', example: 10 }),
  exclusive: z.enum(['line', 'order']).optional().meta({
    description: 'No other promotion applies to the discounted lines, or to the order except for shipping',
    example: 'line',
  }),
  group: Id.optional().meta({ description: 'Only the largest discount of a group and level applies', example: 'sale' }),
  stop: z.boolean().optional().meta({ description: 'No later promotion of goods applies', example: true }),
};

const maxCodesOfPromotion = 100;

const definitionFields = {
  name: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .meta({ description: 'Name, as staff and customers see it', example: 'Toy sale' }),
  discount: Discount.meta({ id: 'PromotionDiscount', description: 'Kind and size of the discount' }),
  eligible: GoodsScope.default({ all: true }).describe('Goods that are discounted'),
  condition: Condition.optional().describe('What the cart must have'),
  audience: Audience.optional().describe('Who gets the promotion'),
  methods: z
    .array(Id)
    .max(50)
    .optional()
    .meta({ description: 'Shipping methods', example: ['standard'] }),
  codes: z
    .array(z.string().trim().min(3).max(64))
    .max(maxCodesOfPromotion)
    .optional()
    .meta({ description: 'Shared coupon codes, any of which is needed', example: ['SPRING10'] }),
  needsCode: z.boolean().optional().meta({
    description: 'A code is needed, shared or of a batch. @default whether there are shared codes',
    example: true,
  }),
  schedule: Schedule.default({}).describe('When the promotion is in force'),
  ...Combination,
  capMinor: AmountByCurrency.optional().describe('Most discount of an order'),
  allowBelowFloor: z.boolean().optional().meta({
    description: 'Discounts below the floor of a SKU, from its cost and margin. @default false',
    example: false,
  }),
  limits: Limits.optional().describe('How often, and how much'),
  holdoutShare: z.int().min(0).max(5000).optional().meta({
    description: 'Basis points of the customers who do not get the promotion, to measure its effect. @default 0',
    example: 1000,
  }),
  announcedReductionBasisPoints: z.int().min(1).max(10_000).optional().meta({
    description: 'Reduction that is announced to customers, in basis points',
    example: 2000,
  }),
};

/** A promotion as marketing defines it. */
export const PromotionDefinition = z.strictObject(definitionFields).meta({ id: 'PromotionDefinition' });
export type PromotionDefinition = z.infer<typeof PromotionDefinition>;

export const PromotionId = PathId.meta({ description: 'Id of the promotion', example: 'spring-sale' });
