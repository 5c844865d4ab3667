import * as z from 'zod';
import { maxPriceEntries } from '../../catalog/sku-item.ts';
import { AmountMinor, Currency, CurrencyCode, Instant, SentInstant, Sku } from '../../names.ts';
import { PriceEntry, PriceList } from '../../pricing/price-lists.ts';
import { maxEntries, StoredText } from '../bounds.ts';
import { defineRoute } from '../define-route.ts';
import { nextCursor, pageParameters, timeRangeParameters } from '../list-query.ts';
import { Problem } from '../problem.ts';
import { staffOnly } from '../readers.ts';
import { priceChange } from './price-events.ts';
import { ListId } from './price-list-routes.ts';

const SkuCode = Sku.describe('Code of the stock keeping unit, case-sensitive');
const params = z.strictObject({ listId: ListId, sku: SkuCode });
const headers = z.looseObject({
  'if-match': z.string().max(200).optional().meta({
    description: 'The `ETag` of the prices that the change is based on',
    example: '"2-x1Zk0dJ7aB2c"',
  }),
});

export const maxBreaks = 50;

/** Body of `PUT`: all prices of a SKU in a list from now on. */
export const SkuPricesContent = z
  .strictObject({
    prices: z
      .array(
        z.strictObject({
          from: SentInstant.optional().meta({
            description: 'Start of the price. Default: now, or as it is if this price is in force',
            example: '2026-12-01T00:00:00Z',
          }),
          until: SentInstant.optional().meta({
            description: 'End of the price, exclusive. Default: none',
            example: '2027-01-01T00:00:00Z',
          }),
          breaks: z
            .array(
              z.strictObject({
                minQuantity: z.int().min(1).max(1_000_000).default(1).meta({
                  description: 'Smallest quantity of the SKU in the order to which the price applies. Default: 1',
                  example: 10,
                }),
                unitPriceMinor: AmountMinor.describe('Price of a unit, in minor units of the list'),
              }),
            )
            .min(1)
            .max(maxBreaks)
            .describe('Prices by quantity, ascending'),
        }),
      )
      .max(maxPriceEntries)
      .describe('The prices from now on, which do not overlap. The price in force ends if it is left out'),
  })
  .meta({ id: 'SkuPricesContent' });
export type SkuPricesContent = z.infer<typeof SkuPricesContent>;

const Period = PriceEntry.omit({ listId: true }).meta({ id: 'ListPrice' });

/** What is known about the margin of the prices. */
const Margin = staffOnly(
  z.object({
    minPriceMinor: AmountMinor.optional().meta({
      description: 'Lowest price: the cost with the margin of the category, in minor units',
      example: 1080,
    }),
    notCompared: StoredText.optional().meta({
      description: 'Why the prices were not compared with the cost',
      example: 'The cost is in GBP, the list in EUR',
    }),
  }),
);

export const SkuPricesResponse = z
  .object({
    listId: StoredText.meta({ description: 'Id of the price list', example: 'wholesale-eur' }),
    sku: SkuCode,
    currency: CurrencyCode.describe('Currency of the list'),
    prices: z.array(Period).max(maxEntries).describe('Prices that are in force or to come, the earliest first'),
    margin: Margin.optional().describe('Whether the prices were compared with the cost, where a margin is set'),
  })
  .meta({ id: 'SkuPrices' });

const unknown = { description: '`unknown-price-list` or `unknown-sku`', schema: Problem };

export const putSkuPrices = defineRoute({
  method: 'PUT',
  path: '/catalog/price-lists/{listId}/prices/{sku}',
  tag: 'Prices',
  summary: 'Set the prices of a SKU in a list from now on, also several that start later',
  scope: 'catalog.write',
  params,
  headers,
  body: SkuPricesContent,
  responses: {
    200: { description: 'Changed, or unchanged', schema: SkuPricesResponse },
    202: {
      description: 'A price is below the margin and waits for a second person; `Location` is the change',
      schema: z.looseObject({
        changeId: StoredText.meta({ description: 'Id of the change', example: 'prc_01kb9zq4y8t4v7c0m3j5r6n8px' }),
      }),
    },
    404: unknown,
    412: { description: 'Changed since the given ETag', schema: Problem },
    422: {
      description:
        'Invalid content, such as prices that overlap or start in the past; `below-margin`: a price is too low',
      schema: Problem,
    },
    503: { description: '`busy`: concurrent changes of the SKU; nothing was changed', schema: Problem },
  },
});

export const getSkuPrices = defineRoute({
  method: 'GET',
  path: '/catalog/price-lists/{listId}/prices/{sku}',
  tag: 'Prices',
  summary: 'Read the prices of a SKU in a list that are in force or to come',
  scope: 'catalog.read',
  params,
  responses: { 200: { description: 'The prices', schema: SkuPricesResponse }, 404: unknown },
});

export const deleteSkuPrices = defineRoute({
  method: 'DELETE',
  path: '/catalog/price-lists/{listId}/prices/{sku}',
  tag: 'Prices',
  summary: 'End the price of a SKU in a list now, and remove those to come',
  scope: 'catalog.write',
  params,
  headers,
  responses: {
    204: { description: 'The SKU has no price in the list from now on' },
    404: unknown,
    412: { description: 'Changed since the given ETag', schema: Problem },
    503: { description: '`busy`: concurrent changes of the SKU; nothing was changed', schema: Problem },
  },
});

/** A price in force at a time. */
const PriceAt = PriceList.pick({ channels: true, customerGroups: true, taxIncluded: true })
  .extend({
    listId: StoredText.meta({ description: 'Price list; `base` is the SKU’s own price', example: 'wholesale-eur' }),
    name: StoredText.optional().meta({ description: 'Name of the price list', example: 'Wholesale, euros' }),
    listVersion: z.int().positive().optional().meta({ description: 'Version of the price list', example: 3 }),
    priority: z.int().meta({ description: 'Priority of the list; 0 for the SKU’s own price', example: 10 }),
    currency: CurrencyCode.describe('Currency of the price'),
    from: Instant.optional().meta({ description: 'Start of the price', example: '2026-12-01T00:00:00.000Z' }),
    until: Instant.optional().meta({ description: 'End of the price, exclusive', example: '2027-01-01T00:00:00.000Z' }),
    breaks: PriceEntry.shape.breaks,
  })
  .meta({ id: 'PriceAt' });

export const getPricesAt = defineRoute({
  method: 'GET',
  path: '/catalog/skus/{sku}/prices',
  tag: 'Prices',
  summary: 'Read the prices of a SKU at any time, past or future, those that apply first in front',
  scope: 'catalog.read',
  params: z.strictObject({ sku: SkuCode }),
  query: z.strictObject({
    at: SentInstant.optional().meta({
      description: 'Time of the prices. Later than now: what is planned now. Default: now',
      example: '2026-12-01T00:00:00Z',
    }),
  }),
  responses: {
    200: {
      description: 'The prices',
      schema: z
        .object({
          sku: SkuCode,
          at: Instant.describe('Time of the prices'),
          prices: z.array(PriceAt).max(maxEntries).describe('Prices in force then. A channel reads those of its lists'),
          cost: staffOnly(
            z.object({
              costMinor: AmountMinor.meta({ description: 'Cost of a unit, in minor units', example: 850 }),
              currency: CurrencyCode.describe('Currency of the cost'),
            }),
          )
            .optional()
            .describe('Purchase cost then'),
        })
        .meta({ id: 'PricesAt' }),
    },
    404: { description: 'Unknown SKU, or it did not exist then', schema: Problem },
  },
});

const offeredPrice = {
  from: Instant.meta({ description: 'Start of the price', example: '2026-11-01T00:00:00.000Z' }),
  unitPriceMinor: AmountMinor.meta({
    description: 'Price of one unit after promotions that everybody gets without a code, in minor units',
    example: 1499,
  }),
};

/** A price that everybody was offered in a channel. */
const OfferedPrice = z
  .object({
    ...offeredPrice,
    until: Instant.meta({ description: 'End of the price, exclusive', example: '2026-11-15T00:00:00.000Z' }),
    listPriceMinor: AmountMinor.meta({
      description: 'Price of one unit by the price list, before promotions, in minor units',
      example: 1999,
    }),
    listId: StoredText.meta({ description: 'Price list; `base` is the SKU’s own price', example: 'base' }),
    taxIncluded: z.boolean().optional().meta({
      description: 'Whether the price contains tax, if its list says so. Default: as an order of the channel',
      example: true,
    }),
    promotionIds: z
      .array(StoredText)
      .max(maxEntries)
      .meta({ description: 'Promotions that lower the price', example: ['spring-sale'] }),
    prior: z
      .object(offeredPrice)
      .optional()
      .describe(
        'For a price below the one before it: the lowest price of the 30 days before, which an announcement of the reduction has to state (Directive 98/6/EC, Article 6a)',
      ),
  })
  .meta({ id: 'OfferedPrice' });

export const listPriceHistory = defineRoute({
  method: 'GET',
  path: '/catalog/skus/{sku}/price-history',
  tag: 'Prices',
  summary:
    'List the changes of the prices and the cost of a SKU, the newest first, for staff; and the prices that everybody was offered in a channel',
  scope: 'catalog.read',
  params: z.strictObject({ sku: SkuCode }),
  query: z.strictObject({
    ...pageParameters,
    channel: StoredText.optional().meta({
      description: 'Channel whose offered prices are returned in `offered`. A channel names itself',
      example: 'storefront',
    }),
    currency: Currency.optional().meta({
      description: 'Currency of the offered prices. Default: that of the SKU',
      example: 'GBP',
    }),
    ...timeRangeParameters('the offered prices applied (default: the last 30 days, at most 400 days)'),
  }),
  responses: {
    200: {
      description: 'A page',
      schema: z.object({
        changes: z
          .array(
            z
              .object({
                at: Instant.meta({ description: 'Time of the change', example: '2026-11-30T09:15:00.000Z' }),
                by: StoredText.meta({ description: 'Client, user or file that made the change', example: 'admin' }),
                ...priceChange,
              })
              .meta({ id: 'PriceHistoryEntry' }),
          )
          .max(maxEntries)
          .describe('Changes, the newest first. None for a channel'),
        cursor: nextCursor,
        offered: z
          .object({
            channel: StoredText.meta({ description: 'Channel of the prices', example: 'storefront' }),
            currency: CurrencyCode.describe('Currency of the prices'),
            from: Instant.meta({ description: 'Start of the range', example: '2026-10-31T09:15:00.000Z' }),
            until: Instant.meta({
              description: 'End of the range, exclusive; not after now',
              example: '2026-11-30T09:15:00.000Z',
            }),
            prices: z
              .array(OfferedPrice)
              .max(maxEntries)
              .describe('Prices that everybody was offered, the earliest first'),
            lowest: z
              .object(offeredPrice)
              .optional()
              .describe('The lowest price of the 30 days before `until`; absent if there was none'),
          })
          .optional()
          .describe('Prices that everybody was offered in `channel`. Absent without `channel`'),
      }),
    },
    400: { description: 'A parameter is not valid; `invalid-cursor`: it belongs to another list', schema: Problem },
    403: {
      description: '`staff-only`: the caller is a channel and does not name itself as `channel`',
      schema: Problem,
    },
    422: { description: '`too-many-changes`: the prices changed too often in the range', schema: Problem },
    404: { description: 'Unknown SKU', schema: Problem },
  },
});
