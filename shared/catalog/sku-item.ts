import * as z from 'zod';
import { StoredText } from '../contracts/bounds.ts';
import { staffOnly } from '../contracts/readers.ts';
import { listShards } from '../dynamodb/list-shards.ts';
import { AmountMinor, CurrencyCode, PathId, Sku } from '../names.ts';
import { PriceEntry } from '../pricing/price-lists.ts';
import { Publication, stateAt } from './publication.ts';

/** A SKU is one item, which placing an order reads whole. */
export const maxPriceEntries = 100;

/** A SKU. A catalogue item has these attributes beside its keys. */
export const SkuRecord = z.object({
  sku: Sku.describe('Code of the stock keeping unit'),
  name: StoredText.meta({ description: 'Name of the SKU, as customers see it', example: 'Earl Grey tea, 100 bags' }),
  priceMinor: AmountMinor.describe('Price of a unit, in minor units'),
  currency: CurrencyCode.describe('Currency of price and cost, ISO 4217'),
  costMinor: staffOnly(AmountMinor)
    .optional()
    .meta({ description: 'Purchase cost of a unit, in minor units', example: 850 }),
  category: StoredText.optional().meta({ description: 'Category for reports', example: 'Tea' }),
  taxCategory: StoredText.meta({ description: 'Tax category', example: 'standard' }),
  weightGrams: z.int().nonnegative().optional().meta({ description: 'Weight of a unit in grams', example: 320 }),
  prices: staffOnly(z.array(PriceEntry).max(maxPriceEntries)).optional().meta({
    description:
      'Prices in price lists, beside the SKU’s own price. `GET /catalog/skus/{sku}/prices` has those of a time',
  }),
  active: z.boolean().meta({ description: 'Whether the SKU can be ordered', example: true }),
  product: Publication.extend({
    productId: PathId.meta({ description: 'Id of the product', example: 'earl-grey' }),
    categoryId: StoredText.optional().meta({ description: 'Id of the category of the product', example: 'tea' }),
    attributes: z
      .record(z.string(), z.array(StoredText).max(10))
      .optional()
      .meta({
        maxProperties: 100,
        description:
          'Values of the attributes of product and variant by name, as promotions select them; without long texts',
        example: { colour: ['Navy'] },
      }),
  })
    .optional()
    .meta({ description: 'The product of which the SKU is a variant. The SKU can be ordered while it is on sale' }),
});
export type SkuRecord = z.infer<typeof SkuRecord>;

/** The problem type and detail if a SKU cannot be sold in this currency at `now` (milliseconds); undefined if it can. */
export function notSold(sku: SkuRecord | undefined, code: string, currency: string, now: number) {
  if (!sku) return { type: 'unknown-sku', detail: `${code} is not in the catalogue` };
  if (!isOnSale(sku, now)) return { type: 'inactive-sku', detail: `${code} is not on sale` };
  if (sku.currency !== currency && !sku.prices?.length)
    return { type: 'wrong-currency', detail: `${code} is sold in ${sku.currency}` };
  return undefined;
}

/** Whether the SKU can be ordered at `now` (milliseconds): it is active, and its product is published. */
export const isOnSale = ({ active, product }: SkuRecord, now: number): boolean =>
  active && (!product || stateAt(product, now) === 'published');

/** Partition key of a SKU and of its events. */
export const skuPartition = (sku: string) => `SKU#${sku}`;

/** Key of a SKU's catalogue item. */
export const skuKey = (sku: string) => ({ pk: skuPartition(sku), sk: 'SKU' });

/** Index of all SKUs by code, keys only. SKUs that were last changed before 2026-11-30 are added by `index-skus`. */
export const allSkus = { name: 'allSkus', attribute: 'listKey', sortKey: 'pk' };
export const skuShards = listShards('SKU');
