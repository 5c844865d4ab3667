import * as z from 'zod';
import { type Database, readBatch, transact } from '../../shared/dynamodb/database.ts';
import { type Cause, newEvent } from '../../shared/contracts/define-event.ts';
import { type AlertKind, StockAlertLevelsSet, StockAlertRaised } from '../../shared/contracts/stock/events.ts';
import { outboxItem } from '../../shared/dynamodb/outbox.ts';
import { keysUnder } from '../../shared/dynamodb/query-pages.ts';
import { type AlertLevels, allStock, listKeyOf, listKeys, StockItem, stockKey } from '../../shared/stock/stock-item.ts';

/** Partition of a SKU's alerts and their events: the ledger of its movements has the other. */
const alertPartition = (sku: string) => `ALERT#${sku}`;
/** Key of what was told last of a kind. */
const toldKey = (sku: string, kind: AlertKind) => ({ pk: alertPartition(sku), sk: `LAST#${kind}` });
const ToldIdle = z.object({ pk: z.string(), sk: z.string(), idleSince: z.string() });
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

  /**
   * Records a crossing by the number of the change in the table's stream: a second delivery changes nothing. What was
   * never out is not back.
   */
  record(alert: Alert, sequenceNumber: string, cause: Cause): Promise<'done' | 'version-conflict'> {
    const pk = alertPartition(alert.sku);
    const sequence = sequenceNumber.padStart(sequenceLength, '0');
    return transact(db, [
      {
        Put: {
          TableName: table,
          Item: { ...toldKey(alert.sku, alert.kind), sequence },
          ConditionExpression: 'attribute_not_exists(pk) OR #sequence < :sequence',
          ExpressionAttributeNames: { '#sequence': 'sequence' },
          ExpressionAttributeValues: { ':sequence': sequence },
        },
      },
      { Put: { TableName: table, Item: outboxItem(pk, newEvent(StockAlertRaised, alert, cause)) } },
      ...(alert.kind === 'back-in-stock'
        ? [
            {
              ConditionCheck: {
                TableName: table,
                Key: toldKey(alert.sku, 'out'),
                ConditionExpression: 'attribute_exists(pk)',
              },
            },
          ]
        : []),
    ]);
  },

  /** All stock, some hundred SKUs at a time. */
  async *stocks(): AsyncGenerator<StockItem[]> {
    for await (const keys of keysUnder(db, table, allStock, listKeys)) {
      const items = (await readBatch(db, { [table]: keys }, false))[table] ?? [];
      yield items.map((item) => StockItem.parse(item));
    }
  },

  /** Of which time without a sale was told already, by SKU and kind as `<sku> <kind>`. */
  async toldIdle(alerts: readonly { sku: string; kind: AlertKind }[]): Promise<Map<string, string>> {
    const nameOf = new Map(
      alerts.map(({ sku, kind }) => [toldKey(sku, kind).pk + toldKey(sku, kind).sk, `${sku} ${kind}`]),
    );
    const keys = alerts.map(({ sku, kind }) => toldKey(sku, kind));
    const items = (await readBatch(db, { [table]: keys }, false))[table] ?? [];
    return new Map(
      items.map((item) => {
        const { pk, sk, idleSince } = ToldIdle.parse(item);
        return [nameOf.get(pk + sk) ?? '', idleSince];
      }),
    );
  },

  /** Records that a SKU does not sell, once for each time that it stopped selling, and not if it was sold meanwhile. */
  recordIdle(alert: Alert & { idleSince: string }, cause: Cause): Promise<'done' | 'version-conflict'> {
    const { sku, kind, idleSince } = alert;
    const values = { ExpressionAttributeValues: { ':since': idleSince } };
    return transact(db, [
      {
        Put: {
          TableName: table,
          Item: { ...toldKey(sku, kind), idleSince },
          ConditionExpression: 'attribute_not_exists(pk) OR idleSince <> :since',
          ...values,
        },
      },
      {
        ConditionCheck: { TableName: table, Key: stockKey(sku), ConditionExpression: 'idleSince = :since', ...values },
      },
      {
        Put: { TableName: table, Item: outboxItem(alertPartition(sku), newEvent(StockAlertRaised, alert, cause)) },
      },
    ]);
  },
});
export type AlertStore = ReturnType<typeof createAlertStore>;
