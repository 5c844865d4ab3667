import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Database, readBatch } from '../../shared/database.ts';
import { StockMoved } from '../../shared/events/stock.ts';
import { statusIndex } from '../../shared/orders/order-keys.ts';
import { OutboxItem, timelineKeys } from '../../shared/outbox.ts';
import { allStock, listKeys, StockItem, stockKey, stockPartition } from '../../shared/stock/stock-item.ts';
import { addOpenUnits, type Ledger, type OpenUnits } from './decide.ts';

/** The states in which an order holds units. */
const openStatuses = ['placed', 'payment-pending', 'paid', 'on-hold', 'allocated', 'partly-shipped'];

const Keys = z.object({ pk: z.string(), sk: z.string() });
const units = z.int().nonnegative().default(0);
/** What the audit reads of an order: no customer, no prices. */
const Order = z.object({
  status: z.string(),
  lines: z.array(
    z.object({
      sku: z.string(),
      warehouse: z.string(),
      quantity: z.int(),
      cancelledQuantity: units,
      shippedQuantity: units,
    }),
  ),
});
const Moved = StockMoved.envelope.shape.detail;

/** Reads what is compared: stock, its ledger, and open orders. */
export function createBooks(
  db: Database,
  { STOCK_TABLE_NAME: stock, ORDER_TABLE_NAME: orders }: { STOCK_TABLE_NAME: string; ORDER_TABLE_NAME: string },
) {
  async function* pages(query: ConstructorParameters<typeof QueryCommand>[0]): AsyncGenerator<unknown[]> {
    let from: Record<string, unknown> | undefined;
    do {
      const page = await db.send(new QueryCommand({ ...query, ...(from && { ExclusiveStartKey: from }) }));
      yield page.Items ?? [];
      from = page.LastEvaluatedKey;
    } while (from);
  }
  const under = (TableName: string, index: { name: string; attribute: string }, key: string) =>
    pages({
      TableName,
      IndexName: index.name,
      KeyConditionExpression: '#key = :key',
      ExpressionAttributeNames: { '#key': index.attribute },
      ExpressionAttributeValues: { ':key': key },
      Limit: 500,
    });

  return {
    /** SKUs with a stock item, some hundred at a time. */
    async *skus(): AsyncGenerator<string[]> {
      for (const key of listKeys) {
        for await (const items of under(stock, allStock, key)) {
          yield items.map((item) => Keys.parse(item).pk.slice(stockPartition('').length));
        }
      }
    },

    stock: async (sku: string): Promise<StockItem> => {
      const [item] = (await readBatch(db, { [stock]: [stockKey(sku)] }, true))[stock] ?? [];
      return StockItem.parse(item);
    },

    async ledger(sku: string): Promise<Ledger> {
      const ledger: Ledger = new Map();
      const query = { TableName: stock, ...timelineKeys(stockPartition(sku)), ConsistentRead: true };
      for await (const items of pages(query)) {
        for (const item of items) {
          const { warehouse, onHandDelta, unavailableDelta } = Moved.parse(
            JSON.parse(OutboxItem.parse(item).detail),
          ).data;
          const { onHand, unavailable } = ledger.get(warehouse) ?? { onHand: 0, unavailable: 0 };
          ledger.set(warehouse, { onHand: onHand + onHandDelta, unavailable: unavailable + unavailableDelta });
        }
      }
      return ledger;
    },

    /** What all open orders hold. An order that changes its status meanwhile may be missed; none is counted twice. */
    async openUnits(): Promise<OpenUnits> {
      const open: OpenUnits = new Map();
      const counted = new Set<string>();
      for (const key of openStatuses.flatMap(statusIndex.keysOf)) {
        for await (const items of under(orders, statusIndex, key)) {
          const keys = items.map((item) => Keys.parse(item)).filter(({ pk }) => !counted.has(pk));
          for (const { pk } of keys) counted.add(pk);
          for (const item of (await readBatch(db, { [orders]: keys }, true))[orders] ?? []) {
            const { status, lines } = Order.parse(item);
            // The index may lag behind.
            if (openStatuses.includes(status)) addOpenUnits(open, lines);
          }
        }
      }
      return open;
    },
  };
}
export type Books = ReturnType<typeof createBooks>;
