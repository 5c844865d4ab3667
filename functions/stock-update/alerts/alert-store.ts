import * as z from 'zod';
import { type Action, type Database, readBatch, transact } from '../../../shared/dynamodb/database.ts';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import { type AlertKind, StockAlertLevelsSet, StockAlertRaised } from '../../../shared/contracts/stock/events.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import { keysUnder } from '../../../shared/dynamodb/query-pages.ts';
import {
  type AlertLevels,
  allStock,
  listKeyOf,
  listKeys,
  StockItem,
  stockKey,
} from '../../../shared/stock/stock-item.ts';
import { raisedAlertItem } from './raised-alert.ts';

/** Partition of a SKU's alerts and their events. The partition of its stock holds only the ledger. */
const alertPartition = (sku: string) => `ALERT#${sku}`;
/** Key of the last alert of a kind. */
const lastAlertKey = (sku: string, kind: AlertKind) => ({ pk: alertPartition(sku), sk: `LAST#${kind}` });
const LastIdleAlert = z.object({ pk: z.string(), sk: z.string(), idleSince: z.string() });
/** Padded to one length, sequence numbers of a stream compare as text. */
const sequenceLength = 40;

export type Alert = {
  sku: string;
  kind: AlertKind;
  available: number;
  levels: AlertLevels;
  /** Only for `oversold`. */
  shortUnits?: number;
};

/** The event of a raised alert, and the item that `GET /stock/alerts` lists. */
function raisedActions(TableName: string, alert: Alert & { idleSince?: string }, cause: Cause): Action[] {
  const event = newEvent(StockAlertRaised, alert, cause);
  return [
    { Put: { TableName, Item: outboxItem(alertPartition(alert.sku), event) } },
    { Put: { TableName, Item: raisedAlertItem(alert, event.detail.metadata) } },
  ];
}

/** Alert levels of SKUs, and the alerts that were raised. */
export const createAlertStore = (db: Database, { STOCK_TABLE_NAME: table }: { STOCK_TABLE_NAME: string }) => ({
  /** Replaces the levels of a SKU, with or without stock. */
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
   * Records an alert with its event, once per sequence number of the stream. A SKU that was never out of stock does not
   * return to stock.
   */
  record(alert: Alert, sequenceNumber: string, cause: Cause): Promise<'done' | 'version-conflict'> {
    const sequence = sequenceNumber.padStart(sequenceLength, '0');
    return transact(db, [
      {
        Put: {
          TableName: table,
          Item: { ...lastAlertKey(alert.sku, alert.kind), sequence },
          ConditionExpression: 'attribute_not_exists(pk) OR #sequence < :sequence',
          ExpressionAttributeNames: { '#sequence': 'sequence' },
          ExpressionAttributeValues: { ':sequence': sequence },
        },
      },
      ...raisedActions(table, alert, cause),
      ...(alert.kind === 'back-in-stock'
        ? [
            {
              ConditionCheck: {
                TableName: table,
                Key: lastAlertKey(alert.sku, 'out'),
                ConditionExpression: 'attribute_exists(pk)',
              },
            },
          ]
        : []),
    ]);
  },

  /** All stock items, page by page. */
  async *stocks(): AsyncGenerator<StockItem[]> {
    for await (const keys of keysUnder(db, table, allStock, listKeys)) {
      const items = (await readBatch(db, { [table]: keys }, false)).get(table) ?? [];
      yield items.map((item) => StockItem.parse(item));
    }
  },

  /** `idleSince` of the last alert, by SKU and kind as `<sku> <kind>`. */
  async raisedIdle(alerts: readonly { sku: string; kind: AlertKind }[]): Promise<Map<string, string>> {
    const nameOf = new Map(
      alerts.map(({ sku, kind }) => [lastAlertKey(sku, kind).pk + lastAlertKey(sku, kind).sk, `${sku} ${kind}`]),
    );
    const keys = alerts.map(({ sku, kind }) => lastAlertKey(sku, kind));
    const items = (await readBatch(db, { [table]: keys }, false)).get(table) ?? [];
    return new Map(
      items.map((item) => {
        const { pk, sk, idleSince } = LastIdleAlert.parse(item);
        return [nameOf.get(pk + sk) ?? '', idleSince];
      }),
    );
  },

  /** Records an alert for idle stock with its event, once per idle period, unless the SKU was shipped meanwhile. */
  recordIdle(alert: Alert & { idleSince: string }, cause: Cause): Promise<'done' | 'version-conflict'> {
    const { sku, kind, idleSince } = alert;
    const values = { ExpressionAttributeValues: { ':since': idleSince } };
    return transact(db, [
      {
        Put: {
          TableName: table,
          Item: { ...lastAlertKey(sku, kind), idleSince },
          ConditionExpression: 'attribute_not_exists(pk) OR idleSince <> :since',
          ...values,
        },
      },
      {
        ConditionCheck: { TableName: table, Key: stockKey(sku), ConditionExpression: 'idleSince = :since', ...values },
      },
      ...raisedActions(table, alert, cause),
    ]);
  },
});
export type AlertStore = ReturnType<typeof createAlertStore>;
