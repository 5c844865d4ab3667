import * as z from 'zod';
import { productKey } from '../../../shared/catalog/product.ts';
import { skuKey, SkuRecord } from '../../../shared/catalog/sku-item.ts';
import type { PromotionDefinition } from '../../../shared/contracts/promotions/definition.ts';
import { type Database, readBatch } from '../../../shared/dynamodb/database.ts';
import { scopesOf } from './compile-set.ts';

const Product = z.object({ productId: z.string() });

/** The SKUs and products of the catalogue that definitions name. */
export const createReferenceStore = (db: Database, { CATALOG_TABLE_NAME: table }: { CATALOG_TABLE_NAME: string }) => ({
  async skus(skus: readonly string[]): Promise<ReadonlyMap<string, SkuRecord>> {
    if (skus.length === 0) return new Map();
    const items = (await readBatch(db, { [table]: [...new Set(skus)].map(skuKey) }, false)).get(table) ?? [];
    return new Map(items.map((item) => SkuRecord.parse(item)).map((sku) => [sku.sku, sku]));
  },

  async products(ids: readonly string[]): Promise<ReadonlySet<string>> {
    if (ids.length === 0) return new Set();
    const items = (await readBatch(db, { [table]: [...new Set(ids)].map(productKey) }, false)).get(table) ?? [];
    return new Set(items.map((item) => Product.parse(item).productId));
  },
});
export type ReferenceStore = ReturnType<typeof createReferenceStore>;

type Named = Pick<PromotionDefinition, 'eligible' | 'condition' | 'discount'>;

/** The scopes of a definition, and what they exclude. */
const entriesOf = (definition: Named) => {
  const scopes = scopesOf(definition);
  return [...scopes, ...scopes.flatMap(({ except }) => except ?? [])];
};

/** Every SKU that a definition names. */
export const skusOf = (definition: Named): string[] => {
  const { discount } = definition;
  return [
    ...entriesOf(definition).flatMap(({ skus = [] }) => skus),
    ...(discount.kind === 'gift' ? discount.gifts : []),
    ...(discount.kind === 'bundle' ? Object.keys(discount.bundle) : []),
  ];
};

/** Every product that a definition names. */
export const productsOf = (definition: Named): string[] =>
  entriesOf(definition).flatMap(({ products = [] }) => products);
