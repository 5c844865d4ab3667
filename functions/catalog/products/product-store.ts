import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Categories, categoriesOf, CategoryTree, categoryTreeKey } from '../../../shared/catalog/category-tree.ts';
import { productKey, productPartition, ProductRecord, productShards } from '../../../shared/catalog/product.ts';
import { allSkus, skuKey, SkuRecord } from '../../../shared/catalog/sku-item.ts';
import { ProductChanged, ProductLaunched, ProductWithdrawn } from '../../../shared/contracts/catalog/product-events.ts';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import { type Action, type Database, readBatch, transact } from '../../../shared/dynamodb/database.ts';
import { expectVersion } from '../../../shared/dynamodb/expect-version.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import { sortKeyReader } from '../../../shared/dynamodb/sort-keys.ts';
import { Instant } from '../../../shared/names.ts';
import { snapshotReader } from '../../../shared/settings/snapshot.ts';
import type { ProductChange, StoredProduct } from './decide.ts';

const ProductItem = ProductRecord.extend({
  version: z.int().positive(),
  contentHash: z.string(),
  changedAt: Instant,
});
const Keyed = z.object({ pk: z.string(), sk: z.string() });

function storedOf(item: unknown): StoredProduct {
  const { version, contentHash, changedAt, ...record } = ProductItem.parse(item);
  return { record, version, contentHash, changedAt };
}

/** Product items with the copies on their SKUs, and the events of their changes. */
export function createProductStore(db: Database, { CATALOG_TABLE_NAME: table }: { CATALOG_TABLE_NAME: string }) {
  const snapshotOf = snapshotReader(CategoryTree.transform(categoriesOf));
  const read = async (keys: { pk: string; sk: string }[]) =>
    (await readBatch(db, { [table]: keys }, true)).get(table) ?? [];
  const skusOf = (items: readonly unknown[]) =>
    new Map(
      items
        .filter((item) => Keyed.parse(item).sk === skuKey('').sk)
        .map((item) => SkuRecord.parse(item))
        .map((sku) => [sku.sku, sku]),
    );

  return {
    /** A product, all categories, and these SKUs, read consistently. */
    async load(productId: string, skus: readonly string[]) {
      const keys = [productKey(productId), categoryTreeKey, ...new Set(skus)].map((key) =>
        typeof key === 'string' ? skuKey(key) : key,
      );
      const items = await read(keys);
      const withKey = (wanted: { sk: string }) => items.find((item) => Keyed.parse(item).sk === wanted.sk);
      const product = withKey(productKey(productId));
      return {
        current: product === undefined ? undefined : storedOf(product),
        categories: snapshotOf(withKey(categoryTreeKey))?.value ?? new Map(),
        skus: skusOf(items),
      } satisfies { current: StoredProduct | undefined; categories: Categories; skus: unknown };
    },

    skus: async (skus: readonly string[]) =>
      skusOf(skus.length === 0 ? [] : await read([...new Set(skus)].map(skuKey))),

    async categories(): Promise<Categories> {
      const { Item } = await db.send(new GetCommand({ TableName: table, Key: categoryTreeKey, ConsistentRead: true }));
      return snapshotOf(Item)?.value ?? new Map();
    },

    partitionKeys: sortKeyReader(db, table, allSkus, 'up'),

    /** Products by their partition key, which the index returns. */
    async products(partitionKeys: readonly string[]): Promise<Map<string, StoredProduct>> {
      const keys = partitionKeys.map((pk) => productKey(pk.slice(productPartition('').length)));
      const products = (await read(keys)).map(storedOf);
      return new Map(products.map((product) => [productPartition(product.record.productId), product]));
    },

    /** Writes a version of the product, the copies on its SKUs, and its events, if nothing of it changed meanwhile. */
    write({ next, skus, announced }: ProductChange, cause: Cause): Promise<'done' | 'version-conflict'> {
      const { record, version, contentHash, changedAt } = next;
      const { productId, title } = record;
      const pk = productPartition(productId);
      const removedSkus = skus.filter(({ product }) => !product).map(({ sku }) => sku);
      const announcement = { productId, title, skus: record.variants.map(({ sku }) => sku), at: changedAt, version };
      const definition = announced === 'launched' ? ProductLaunched : ProductWithdrawn;
      const events = [
        newEvent(ProductChanged, { ...record, version, removedSkus }, cause),
        ...(announced ? [newEvent(definition, announcement, cause)] : []),
      ];
      const Item = { ...productKey(productId), ...record, version, contentHash, changedAt };
      return transact(db, [
        {
          Put: {
            TableName: table,
            Item: { ...Item, listKey: productShards.keyOf(productId) },
            ...expectVersion(version - 1),
          },
        },
        ...events.map((event) => ({ Put: { TableName: table, Item: outboxItem(pk, event) } })),
        ...skus.map((change) => membershipUpdate(table, productId, change, changedAt)),
      ]);
    },
  };
}
export type ProductStore = ReturnType<typeof createProductStore>;

/** Changes the copy on a SKU of this product, or on one of no product that joins it. Its version guards other changes. */
const membershipUpdate = (
  TableName: string,
  productId: string,
  { sku, product }: ProductChange['skus'][number],
  changedAt: string,
): Action => ({
  Update: {
    TableName,
    Key: skuKey(sku),
    UpdateExpression: `SET #version = #version + :one, changedAt = :at${product ? ', #product = :product' : ' REMOVE #product'}`,
    ConditionExpression: product
      ? 'attribute_exists(pk) AND (attribute_not_exists(#product) OR #product.productId = :id)'
      : '#product.productId = :id',
    ExpressionAttributeNames: { '#version': 'version', '#product': 'product' },
    ExpressionAttributeValues: {
      ':one': 1,
      ':at': changedAt,
      ':id': productId,
      ...(product && { ':product': product }),
    },
  },
});
