import * as z from 'zod';
import { Currency, Instant, PathId, SentInstant } from '../../names.ts';
import { PriceList } from '../../pricing/price-lists.ts';
import { maxEntries } from '../bounds.ts';
import { defineRoute } from '../define-route.ts';
import { nextCursor, pageParameters, timeRangeParameters } from '../list-query.ts';
import { Problem } from '../problem.ts';

export const ListId = PathId.meta({ description: 'Id of the price list; it never changes', example: 'wholesale-eur' });
const params = z.strictObject({ listId: ListId });
const Group = z.string().trim().min(1).max(64);

/** Body of `PUT`; a missing field is set to its default. */
export const PriceListContent = z
  .strictObject({
    name: z
      .string()
      .trim()
      .min(1)
      .max(100)
      .meta({ description: 'Name of the price list', example: 'Wholesale, euros' }),
    currency: Currency.describe('Currency of the prices, ISO 4217; it never changes'),
    channels: z
      .array(z.string().trim().min(1).max(64))
      .min(1)
      .max(50)
      .optional()
      .meta({ description: 'Channels in which the list applies. Default: all', example: ['storefront'] }),
    customerGroups: z
      .array(Group)
      .min(1)
      .max(50)
      .optional()
      .meta({ description: 'Customer groups to which it applies. Default: all customers', example: ['wholesale'] }),
    priority: z.int().min(1).max(1_000_000).meta({
      description: 'Of several lists that have a price, the one of the highest priority applies',
      example: 10,
    }),
    validFrom: SentInstant.optional().meta({
      description: 'Start of the list. Default: none',
      example: '2026-12-01T00:00:00Z',
    }),
    validTo: SentInstant.optional().meta({
      description: 'End of the list, exclusive. Default: none',
      example: '2027-01-01T00:00:00Z',
    }),
    taxIncluded: z
      .boolean()
      .optional()
      .meta({ description: 'Whether the prices contain tax. Default: as the order', example: true }),
  })
  .meta({ id: 'PriceListContent' });
export type PriceListContent = z.infer<typeof PriceListContent>;

const PriceListResponse = PriceList.extend({
  changedAt: Instant.meta({ description: 'When it was last changed (UTC)', example: '2026-11-30T09:15:00.000Z' }),
}).meta({ id: 'PriceList' });

export const putPriceList = defineRoute({
  method: 'PUT',
  path: '/catalog/price-lists/{listId}',
  tag: 'Prices',
  summary: 'Create or change a price list: where, to whom and when its prices apply',
  scope: 'catalog.write',
  params,
  headers: z.looseObject({
    'if-match': z.string().max(200).optional().meta({
      description: 'The `ETag` of the list that the change is based on',
      example: '"3-x1Zk0dJ7aB2c"',
    }),
  }),
  body: PriceListContent,
  responses: {
    200: { description: 'Changed, or unchanged', schema: PriceListResponse },
    201: { description: 'Created', schema: PriceListResponse },
    412: { description: 'Changed since the given ETag', schema: Problem },
    422: {
      description: 'Invalid content, such as a list with the same priority, customers and time, or another currency',
      schema: Problem,
    },
    503: { description: '`busy`: concurrent changes of price lists; nothing was changed', schema: Problem },
  },
});

export const getPriceList = defineRoute({
  method: 'GET',
  path: '/catalog/price-lists/{listId}',
  tag: 'Prices',
  summary: 'Read a price list. A channel reads those that apply in it',
  scope: 'catalog.read',
  params,
  responses: {
    200: { description: 'The list', schema: PriceListResponse },
    404: { description: 'Unknown list', schema: Problem },
  },
});

export const listPriceLists = defineRoute({
  method: 'GET',
  path: '/catalog/price-lists',
  tag: 'Prices',
  summary: 'List price lists in the order of their ids. A channel reads those that apply in it',
  scope: 'catalog.read',
  query: z.strictObject({
    currency: Currency.optional().describe('Lists in this currency'),
    changedSince: timeRangeParameters('the list was last changed').from,
    ...pageParameters,
  }),
  responses: {
    200: {
      description: 'A page',
      schema: z.object({
        priceLists: z.array(PriceListResponse).max(maxEntries).meta({ description: 'Lists in the order of their ids' }),
        cursor: nextCursor,
      }),
    },
    400: { description: 'A parameter is not valid; `invalid-cursor`: it belongs to another list', schema: Problem },
  },
});
