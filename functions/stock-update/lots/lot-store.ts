import { type Database, readBatch, transact } from '../../../shared/dynamodb/database.ts';
import { type Cause, type DataOf, newEvent } from '../../../shared/contracts/define-event.ts';
import { StockLotsShipped } from '../../../shared/contracts/stock/events.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import { queryPages } from '../../../shared/dynamodb/query-pages.ts';
import { stockPartition } from '../../../shared/stock/stock-item.ts';
import { Lot, lotSortKey } from '../stock/snapshot.ts';
import { lotActions } from '../stock/update-expressions.ts';

/** Key of the record that the units of a shipment were deducted from lots. */
const deductionKey = (movementId: string) => ({ pk: `MOVEMENT#${movementId}`, sk: 'LOTS' });
/** Partition of the events of a SKU's lots. The partition of its stock holds only the ledger. */
const lotsPartition = (sku: string) => `${stockPartition(sku)}#LOTS`;
const bySortKey = (lots: readonly Lot[]) => new Map(lots.map((lot) => [lotSortKey(lot.warehouse, lot.lot), lot]));

/** Lots of a warehouse, and deductions of shipped units. */
export const createLotStore = (db: Database, { STOCK_TABLE_NAME: table }: { STOCK_TABLE_NAME: string }) => ({
  async lotsIn(sku: string, warehouse: string): Promise<Lot[]> {
    const lots: Lot[] = [];
    const query = {
      TableName: table,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': stockPartition(sku), ':prefix': lotSortKey(warehouse, '') },
      ConsistentRead: true,
    };
    for await (const items of queryPages(db, query)) lots.push(...items.map((item) => Lot.parse(item)));
    return lots;
  },

  isDeducted: async (movementId: string): Promise<boolean> =>
    (await readBatch(db, { [table]: [deductionKey(movementId)] }, true))[table]?.length === 1,

  /**
   * Deducts a shipment from lots that are as they were read, once per movement, with an event. A shipment for which no lot
   * had units is recorded without an event.
   */
  deduct(before: readonly Lot[], after: readonly Lot[], shipped: DataOf<typeof StockLotsShipped>, cause: Cause) {
    const { movementId, sku } = shipped;
    const events = shipped.lots.length === 0 ? [] : [newEvent(StockLotsShipped, shipped, cause)];
    return transact(db, [
      {
        Put: {
          TableName: table,
          Item: { ...deductionKey(movementId), ...shipped },
          ConditionExpression: 'attribute_not_exists(pk)',
        },
      },
      ...events.map((event) => ({ Put: { TableName: table, Item: outboxItem(lotsPartition(sku), event) } })),
      ...lotActions(table, { before: { lots: bySortKey(before) }, after: { lots: bySortKey(after) } }),
    ]);
  },
});
export type LotStore = ReturnType<typeof createLotStore>;
