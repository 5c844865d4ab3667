import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Categories, categoriesOf, CategoryTree, categoryTreeKey } from '../../../shared/catalog/category-tree.ts';
import { priceListReader, priceListsKey, type StoredPriceList } from '../../../shared/catalog/price-list-snapshot.ts';
import { skuKey, skuPartition, SkuRecord, skuShards } from '../../../shared/catalog/sku-item.ts';
import { type Action, type Database, readBatch, transact } from '../../../shared/dynamodb/database.ts';
import { SkuChanged } from '../../../shared/contracts/catalog/events.ts';
import { PriceChanged } from '../../../shared/contracts/catalog/price-events.ts';
import { type Cause, newEvent, type NewEvent } from '../../../shared/contracts/define-event.ts';
import { expectVersion } from '../../../shared/dynamodb/expect-version.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import { Instant } from '../../../shared/names.ts';
import { snapshotReader } from '../../../shared/settings/snapshot.ts';
import type { StoredSku } from './decide.ts';
import { type Approval, historyItem, priceChangeOf } from '../../../shared/catalog/price-history.ts';
import { historyKey } from '../../../shared/catalog/price-keys.ts';
import { priceStateOf } from '../../../shared/catalog/price-state.ts';

const SkuItem = SkuRecord.extend({
  version: z.int().positive(),
  contentHash: z.string(),
  changedAt: Instant.optional(),
});

/** The SKU of an item of the table. */
function storedSkuOf(item: unknown): StoredSku {
  const { version, contentHash, changedAt, ...record } = SkuItem.parse(item);
  return { record, version, contentHash, ...(changedAt !== undefined && { changedAt }) };
}

/** What belongs to a new version of a SKU: the version before, who approved its prices, and more events. */
export type SkuChange = {
  current?: StoredSku | undefined;
  approval?: Approval | undefined;
  events?: readonly NewEvent[];
  /** Of the same transaction. */
  actions?: readonly Action[] | undefined;
};

/**
 * The actions that write a version of a SKU if the version before it is current: the item, the history of its prices if
 * they changed, and its events. Times of changes never go back, so that the history is in the order of the versions.
 */
function skuActions(
  table: string,
  next: StoredSku,
  cause: Cause,
  { current, approval, events = [], actions = [] }: SkuChange = {},
): Action[] {
  const { record, version, contentHash } = next;
  const { sku } = record;
  const at = new Date(Math.max(cause.now, Date.parse(current?.changedAt ?? '1970-01-01T00:00:00Z'))).toISOString();
  const [before, after] = [current && priceStateOf(current.record), priceStateOf(record)];
  const change = priceChangeOf(sku, before, after, approval);
  const { prices: _prices, ...content } = record;
  const all = [
    ...(current?.contentHash === contentHash ? [] : [newEvent(SkuChanged, content, cause)]),
    ...(change && current ? [newEvent(PriceChanged, change, cause)] : []),
    ...events,
  ];
  const history = historyItem({ sku, at, by: cause.actor, before, after }, approval);
  return [
    {
      Put: {
        TableName: table,
        Item: { ...skuKey(sku), ...record, version, contentHash, listKey: skuShards.keyOf(sku), changedAt: at },
        ...expectVersion(version - 1),
      },
    },
    ...(change ? [{ Put: { TableName: table, Item: { ...historyKey(sku, at, version), ...history } } }] : []),
    ...all.map((event) => ({ Put: { TableName: table, Item: outboxItem(skuPartition(sku), event) } })),
    ...actions,
  ];
}

const Keyed = z.looseObject({ pk: z.string() });

/** SKUs by code, and what their prices are compared with. */
export type Priced = {
  skus: ReadonlyMap<string, StoredSku>;
  lists: readonly StoredPriceList[];
  categories: Categories;
};

/** SKU items, the history of their prices, and the events of their changes. */
export function createCatalogStore(db: Database, { CATALOG_TABLE_NAME: table }: { CATALOG_TABLE_NAME: string }) {
  const categoriesIn = snapshotReader(CategoryTree.transform(categoriesOf));
  const listsIn = priceListReader();

  return {
    async read(sku: string): Promise<StoredSku | undefined> {
      const { Item } = await db.send(new GetCommand({ TableName: table, Key: skuKey(sku), ConsistentRead: true }));
      return Item && storedSkuOf(Item);
    },

    /** SKUs with all price lists and categories, read consistently. */
    async load(skus: readonly string[]): Promise<Priced> {
      const keys = [priceListsKey, categoryTreeKey, ...new Set(skus)].map((key) =>
        typeof key === 'string' ? skuKey(key) : key,
      );
      const items = ((await readBatch(db, { [table]: keys }, true)).get(table) ?? []).map((item) => Keyed.parse(item));
      const at = ({ pk }: { pk: string }) => items.find((item) => item.pk === pk);
      const shared = new Set([priceListsKey.pk, categoryTreeKey.pk]);
      const stored = items.filter(({ pk }) => !shared.has(pk)).map(storedSkuOf);
      return {
        skus: new Map(stored.map((sku) => [sku.record.sku, sku])),
        lists: listsIn(at(priceListsKey)).value,
        categories: categoriesIn(at(categoryTreeKey))?.value ?? new Map(),
      };
    },

    /** The actions of `write`, for a transaction that `commit` writes. */
    actions: (next: StoredSku, cause: Cause, change?: SkuChange): Action[] => skuActions(table, next, cause, change),
    commit: (actions: Action[]): Promise<'done' | 'version-conflict'> => transact(db, actions),

    /** Writes a version of the SKU, its history and events, if the version before it is current. */
    write: (next: StoredSku, cause: Cause, change?: SkuChange): Promise<'done' | 'version-conflict'> =>
      transact(db, skuActions(table, next, cause, change)),
  };
}
export type CatalogStore = ReturnType<typeof createCatalogStore>;
