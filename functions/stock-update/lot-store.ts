import { type Database, readBatch, transact } from '../../shared/dynamodb/database.ts';
import { type Cause, type DataOf, newEvent } from '../../shared/contracts/define-event.ts';
import { StockLotsShipped } from '../../shared/contracts/stock/events.ts';
import { outboxItem } from '../../shared/dynamodb/outbox.ts';
import { queryPages } from '../../shared/dynamodb/query-pages.ts';
import { stockPartition } from '../../shared/stock/stock-item.ts';
import { Lot, lotSort } from './shelf.ts';
import { lotActions } from './writes.ts';

/** That a shipment's lots are settled, beside the identities of movements. */
const shippedKey = (movementId: string) => ({ pk: `MOVEMENT#${movementId}`, sk: 'LOTS' });
/** Partition of the events of a SKU's lots: the ledger of its movements has the other. */
const lotsPartition = (sku: string) => `${stockPartition(sku)}#LOTS`;
const bySort = (lots: readonly Lot[]) => new Map(lots.map((lot) => [lotSort(lot.warehouse, lot.lot), lot]));

/** Lots as orders ship them. */
export const createLotStore = (db: Database, { STOCK_TABLE_NAME: table }: { STOCK_TABLE_NAME: string }) => ({
  async lotsIn(sku: string, warehouse: string): Promise<Lot[]> {
    const lots: Lot[] = [];
    const query = {
      TableName: table,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': stockPartition(sku), ':prefix': lotSort(warehouse, '') },
      ConsistentRead: true,
    };
    for await (const items of queryPages(db, query)) lots.push(...items.map((item) => Lot.parse(item)));
    return lots;
  },

  isShipped: async (movementId: string): Promise<boolean> =>
    (await readBatch(db, { [table]: [shippedKey(movementId)] }, true))[table]?.length === 1,

  /**
   * Takes what was shipped out of its lots, once for each movement, if they still are as they were read. That there was
   * nothing to take is no news, but once and for all too.
   */
  ship(before: readonly Lot[], after: readonly Lot[], shipped: DataOf<typeof StockLotsShipped>, cause: Cause) {
    const { movementId, sku } = shipped;
    const news = shipped.lots.length === 0 ? [] : [newEvent(StockLotsShipped, shipped, cause)];
    return transact(db, [
      {
        Put: {
          TableName: table,
          Item: { ...shippedKey(movementId), ...shipped },
          ConditionExpression: 'attribute_not_exists(pk)',
        },
      },
      ...news.map((event) => ({ Put: { TableName: table, Item: outboxItem(lotsPartition(sku), event) } })),
      ...lotActions(table, { before: { lots: bySort(before) }, after: { lots: bySort(after) } }),
    ]);
  },
});
export type LotStore = ReturnType<typeof createLotStore>;
