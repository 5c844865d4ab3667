import { PriceChangeRejected, PriceChangeRequested } from '../../../shared/contracts/catalog/price-events.ts';
import { skuPartition } from '../../../shared/catalog/sku-item.ts';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import { type Action, type Database, readBatch, transact } from '../../../shared/dynamodb/database.ts';
import { expectVersion } from '../../../shared/dynamodb/expect-version.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import { oldestUnder } from '../../../shared/dynamodb/query-pages.ts';
import { PriceChange } from './price-change.ts';

const pk = 'PRICE-CHANGES';
const prefix = 'CHANGE#';
const changeKey = (changeId: string) => ({ pk, sk: `${prefix}${changeId}` });
export const changeKeyPattern = /^CHANGE#prc_[0-9a-z]{26}$/;

/** Requested prices below the margin. */
export function createPriceChangeStore(db: Database, { CATALOG_TABLE_NAME: table }: { CATALOG_TABLE_NAME: string }) {
  const putAction = (change: PriceChange): Action => ({
    Put: {
      TableName: table,
      Item: { ...change, ...changeKey(change.changeId) },
      ...expectVersion(change.version - 1),
    },
  });
  const commit = (change: PriceChange, event: ReturnType<typeof newEvent>) =>
    transact(db, [putAction(change), { Put: { TableName: table, Item: outboxItem(skuPartition(change.sku), event) } }]);
  const dataOf = ({ changeId, sku, listId, minPriceMinor, requestedBy, expiresAt }: PriceChange) => ({
    changeId,
    sku,
    listId,
    minPriceMinor,
    requestedBy,
    expiresAt,
  });

  return {
    putAction,
    put: (change: PriceChange) => transact(db, [putAction(change)]),

    async find(changeId: string): Promise<PriceChange | undefined> {
      const [item] = (await readBatch(db, { [table]: [changeKey(changeId)] }, true)).get(table) ?? [];
      return item === undefined ? undefined : PriceChange.parse(item);
    },

    request: (change: PriceChange, cause: Cause) =>
      commit(change, newEvent(PriceChangeRequested, dataOf(change), cause)),

    reject: (change: PriceChange, by: string, cause: Cause) =>
      commit(change, newEvent(PriceChangeRejected, { ...dataOf(change), by }, cause)),

    /** Up to `limit` changes after the sort key `after`. */
    list: (after: string | undefined, limit: number) =>
      oldestUnder(db, table, { pk, prefix }, PriceChange, { after, limit }),
  };
}
export type PriceChangeStore = ReturnType<typeof createPriceChangeStore>;
