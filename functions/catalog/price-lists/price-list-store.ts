import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { priceListReader, priceListsKey, type StoredPriceList } from '../../../shared/catalog/price-list-snapshot.ts';
import { PriceListChanged } from '../../../shared/contracts/catalog/price-events.ts';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import { type Database, transact } from '../../../shared/dynamodb/database.ts';
import { expectVersion } from '../../../shared/dynamodb/expect-version.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import { encodeSnapshot, maxSnapshotBytes } from '../../../shared/settings/snapshot.ts';
import { priceListPartition, priceListVersionKey } from '../../../shared/catalog/price-keys.ts';

/** `version` is that of the item with all lists, 0 before the first one. */
export type StoredPriceLists = { lists: readonly StoredPriceList[]; version: number };

/** The item with all price lists, its versions, and the events of their changes. */
export function createPriceListStore(db: Database, { CATALOG_TABLE_NAME: table }: { CATALOG_TABLE_NAME: string }) {
  const listsOf = priceListReader();

  return {
    async read(): Promise<StoredPriceLists> {
      const { Item } = await db.send(new GetCommand({ TableName: table, Key: priceListsKey, ConsistentRead: true }));
      const { value, version } = listsOf(Item);
      return { lists: value, version };
    },

    /** Writes a list and its event, if no other list changed since `version`. `too-large`: nothing was written. */
    async write(
      list: StoredPriceList,
      { lists, version }: StoredPriceLists,
      cause: Cause,
    ): Promise<'done' | 'version-conflict' | 'too-large'> {
      const all = [...lists.filter(({ listId }) => listId !== list.listId), list];
      const data = encodeSnapshot({ lists: all });
      if (data.length > maxSnapshotBytes) return 'too-large';
      const snapshot = { version: version + 1, data };
      const { changedAt, ...header } = list;
      const event = newEvent(PriceListChanged, header, cause);
      return transact(db, [
        { Put: { TableName: table, Item: { ...priceListsKey, ...snapshot }, ...expectVersion(version) } },
        {
          Put: {
            TableName: table,
            Item: { ...priceListVersionKey(changedAt, snapshot.version), ...snapshot, at: changedAt, by: cause.actor },
          },
        },
        { Put: { TableName: table, Item: outboxItem(priceListPartition(list.listId), event) } },
      ]);
    },
  };
}
export type PriceListStore = ReturnType<typeof createPriceListStore>;
