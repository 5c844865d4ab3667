import { type Database, transact } from '../../shared/database.ts';
import { type Cause, newEvent } from '../../shared/events/define-event.ts';
import { type AlertKind, StockAlertLevelsSet, StockAlertRaised } from '../../shared/events/stock.ts';
import { outboxItem } from '../../shared/outbox.ts';
import { type AlertLevels, listKeyOf, stockKey } from '../../shared/stock/stock-item.ts';

/** Partition of a SKU's alerts and their events: the ledger of its movements has the other. */
const alertPartition = (sku: string) => `ALERT#${sku}`;
/** Sequence numbers of streams compare as text when they are of one length. */
const sequenceLength = 40;

export type Alert = { sku: string; kind: AlertKind; available: number; levels: AlertLevels };

/** Levels at which somebody is told of a SKU's stock, and what was told. */
export const createAlertStore = (db: Database, { STOCK_TABLE_NAME: table }: { STOCK_TABLE_NAME: string }) => ({
  /** Replaces the levels of a SKU, which need not have stock yet. */
  async setLevels(sku: string, levels: AlertLevels, cause: Cause): Promise<void> {
    await transact(db, [
      {
        Update: {
          TableName: table,
          Key: stockKey(sku),
          UpdateExpression:
            'SET sku = :sku, listKey = :listKey, warehouses = if_not_exists(warehouses, :none), levels = :levels',
          ExpressionAttributeValues: { ':sku': sku, ':listKey': listKeyOf(sku), ':none': {}, ':levels': levels },
        },
      },
      {
        Put: {
          TableName: table,
          Item: outboxItem(alertPartition(sku), newEvent(StockAlertLevelsSet, { sku, levels }, cause)),
        },
      },
    ]);
  },

  /** Records a crossing by the number of the change in the table's stream: a second delivery changes nothing. */
  record(alert: Alert, sequenceNumber: string, cause: Cause): Promise<'done' | 'lost'> {
    const pk = alertPartition(alert.sku);
    const sequence = sequenceNumber.padStart(sequenceLength, '0');
    return transact(db, [
      {
        Put: {
          TableName: table,
          Item: { pk, sk: `LAST#${alert.kind}`, sequence },
          ConditionExpression: 'attribute_not_exists(pk) OR #sequence < :sequence',
          ExpressionAttributeNames: { '#sequence': 'sequence' },
          ExpressionAttributeValues: { ':sequence': sequence },
        },
      },
      { Put: { TableName: table, Item: outboxItem(pk, newEvent(StockAlertRaised, alert, cause)) } },
    ]);
  },
});
export type AlertStore = ReturnType<typeof createAlertStore>;
