import * as z from 'zod';
import { maxEntries, StoredText } from '../bounds.ts';
import { ProductId } from '../../catalog/product.ts';
import { productStates } from '../../catalog/publication.ts';
import { SkuRecord } from '../../catalog/sku-item.ts';
import { AmountMinor, Currency, Instant, Sku } from '../../names.ts';
import { defineRoute } from '../define-route.ts';
import { nextCursor, pageParameters, severalOf, timeRangeParameters } from '../list-query.ts';
import { Problem } from '../problem.ts';

const params = z.strictObject({ sku: Sku.describe('Code of the stock keeping unit, case-sensitive') });
const Label = z.string().trim().min(1).max(100);

/** Body of `PUT`; a missing field is set to its default. */
export const SkuContent = z
  .strictObject({
    name: z
      .string()
      .trim()
      .min(1)
      .max(300)
      .meta({ description: 'Name of the SKU, as customers see it', example: 'Earl Grey tea, 100 bags' }),
    priceMinor: AmountMinor.describe('Price of a unit, in minor units'),
    currency: Currency.describe('Currency of price and cost, ISO 4217'),
    costMinor: AmountMinor.optional().meta({ description: 'Purchase cost of a unit, in minor units', example: 850 }),
    category: Label.optional().meta({ description: 'Category for reports', example: 'Tea' }),
    taxCategory: Label.default('standard').meta({
      description: 'Tax category of the store’s settings. Default: `standard`',
      example: 'standard',
    }),
    weightGrams: z
      .int()
      .min(0)
      .max(10_000_000)
      .optional()
      .meta({ description: 'Weight of a unit in grams', example: 320 }),
    active: z
      .boolean()
      .default(true)
      .meta({ description: 'Whether the SKU can be ordered. Default: true', example: true }),
  })
  .meta({ id: 'SkuContent' });
export type SkuContent = z.infer<typeof SkuContent>;

const SkuResponse = SkuRecord.meta({ id: 'Sku' });

export const putSku = defineRoute({
  method: 'PUT',
  path: '/catalog/skus/{sku}',
  tag: 'Catalogue',
  summary: 'Create or replace a SKU',
  scope: 'catalog.write',
  params,
  headers: z.looseObject({
    'if-match': z.string().max(200).optional().meta({
      description: 'The `ETag` of the SKU that the change is based on',
      example: '"3"',
    }),
  }),
  body: SkuContent,
  responses: {
    200: { description: 'Replaced, or unchanged', schema: SkuResponse },
    201: { description: 'Created', schema: SkuResponse },
    202: {
      description: 'The price is below the margin and waits for a second person; `Location` is the change',
      schema: z.looseObject({
        changeId: StoredText.meta({ description: 'Id of the change', example: 'prc_01kb9zq4y8t4v7c0m3j5r6n8px' }),
      }),
    },
    412: { description: 'Changed since the given ETag', schema: Problem },
    422: {
      description: 'Invalid content; or `below-margin`: the price is below the cost with the margin of the category',
      schema: Problem,
    },
    503: { description: '`busy`: concurrent changes of the SKU; nothing was changed', schema: Problem },
  },
});

export const getSku = defineRoute({
  method: 'GET',
  path: '/catalog/skus/{sku}',
  tag: 'Catalogue',
  summary: 'Read a SKU',
  scope: 'catalog.read',
  params,
  responses: {
    200: { description: 'The SKU', schema: SkuResponse },
    404: { description: 'Unknown SKU', schema: Problem },
  },
});

/** An entry of the list of SKUs. */
const ListedSku = SkuRecord.extend({
  changedAt: Instant.meta({ description: 'When the SKU was last changed (UTC)', example: '2026-11-30T09:15:00.000Z' }),
}).meta({ id: 'ListedSku' });

export const listSkus = defineRoute({
  method: 'GET',
  path: '/catalog/skus',
  tag: 'Catalogue',
  summary:
    'List SKUs by category, product, label, whether they are on sale, and last change, in the order of their codes',
  scope: 'catalog.read',
  query: z.strictObject({
    category: Label.optional().meta({ description: 'SKUs of this category, spelled exactly', example: 'kitchen' }),
    active: z.enum(['true', 'false'], 'Valid values: true, false').optional().meta({
      description: '`true` lists the SKUs on sale, `false` those that are not',
      example: 'true',
    }),
    product: ProductId.optional().meta({ description: 'Variants of this product', example: 'earl-grey' }),
    label: Label.optional().meta({
      description: 'SKUs whose product has this label, spelled exactly',
      example: 'gift',
    }),
    status: severalOf(productStates, {
      description: 'SKUs whose product is in one of these states at this moment',
      example: 'published',
    }).optional(),
    changedSince: timeRangeParameters('the SKU was last changed').from,
    ...pageParameters,
  }),
  responses: {
    200: {
      description: 'A page; `cursor` requests the next one. Filters may give a short page although more follow',
      schema: z.object({
        skus: z.array(ListedSku).max(maxEntries).meta({ description: 'SKUs in the order of their codes' }),
        cursor: nextCursor,
      }),
    },
    400: { description: 'A parameter is not valid; `invalid-cursor`: it belongs to another list', schema: Problem },
  },
});
