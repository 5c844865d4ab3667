import * as z from 'zod';
import { type Database, readBatch } from '../database.ts';
import { StockMoved } from '../events/stock.ts';
import { createHeldUnits } from '../orders/held-units.ts';
import { OutboxItem, timelineKeys } from '../outbox.ts';
import { keysUnder, queryPages } from '../query-pages.ts';
import { differencesOf, type Ledger, nothingMoved } from './differences.ts';
import { allStock, listKeys, StockItem, stockKey, stockPartition } from './stock-item.ts';

const MovedEvent = StockMoved.envelope.shape.detail;
const snapshotTries = 5;

export type Snapshot = { found: StockItem; sums: Ledger };

/** Reads what is compared: stock, its ledger, and what is reserved for orders. */
export function createBooks(
  db: Database,
  { STOCK_TABLE_NAME: table, ORDER_TABLE_NAME: orders }: { STOCK_TABLE_NAME: string; ORDER_TABLE_NAME: string },
) {
  const stock = async (sku: string): Promise<StockItem> => {
    const [item] = (await readBatch(db, { [table]: [stockKey(sku)] }, true))[table] ?? [];
    return StockItem.parse(item);
  };

  async function ledgerOf(sku: string): Promise<{ sums: Ledger; rows: number }> {
    const sums: Ledger = new Map();
    let rows = 0;
    const query = { TableName: table, ...timelineKeys(stockPartition(sku)), ConsistentRead: true };
    for await (const items of queryPages(db, query)) {
      rows += items.length;
      for (const item of items) add(sums, MovedEvent.parse(JSON.parse(OutboxItem.parse(item).detail)).data);
    }
    return { sums, rows };
  }

  return {
    /** SKUs with a stock item, some hundred at a time. */
    async *skus(): AsyncGenerator<string[]> {
      for await (const keys of keysUnder(db, table, allStock, listKeys)) {
        yield keys.map(({ pk }) => pk.slice(stockPartition('').length));
      }
    },

    openUnits: createHeldUnits(db, orders),

    /**
     * A SKU's stock and what its movements sum to. Where they disagree both are of one moment: no movement was put down
     * between two looks at the ledger. The last try is as good as it gets, for a SKU that moves all the time.
     */
    async snapshot(sku: string): Promise<Snapshot> {
      let rows = -1;
      for (let tries = 1; ; tries += 1) {
        const found = await stock(sku);
        const ledger = await ledgerOf(sku);
        const isRight = differencesOf(found, ledger.sums, new Map()).every(({ counter }) => counter === 'reserved');
        if (isRight || tries === snapshotTries || ledger.rows === rows) return { found, sums: ledger.sums };
        rows = ledger.rows;
      }
    },
  };
}
export type Books = ReturnType<typeof createBooks>;

function add(ledger: Ledger, { warehouse, onHandDelta, unavailableDelta, unavailableDeltas }: MovedData): void {
  const sums = ledger.get(warehouse) ?? nothingMoved;
  const { damaged = 0, inspection = 0, safetyStock = 0 } = unavailableDeltas ?? {};
  ledger.set(warehouse, {
    onHand: sums.onHand + onHandDelta,
    unavailable: sums.unavailable + unavailableDelta,
    damaged: sums.damaged + damaged,
    inspection: sums.inspection + inspection,
    safetyStock: sums.safetyStock + safetyStock,
  });
}
type MovedData = z.infer<typeof MovedEvent>['data'];
