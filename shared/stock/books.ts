import assert from 'node:assert';
import * as z from 'zod';
import { type Database, readBatch } from '../dynamodb/database.ts';
import { StockMoved } from '../contracts/stock/events.ts';
import { createHeldUnits } from '../orders/held-units.ts';
import { inParallel } from '../in-parallel.ts';
import { OutboxItem, timelineKeys } from '../dynamodb/outbox.ts';
import { keysUnder, queryPages } from '../dynamodb/query-pages.ts';
import { differencesOf, type Ledger, nothingMoved } from './differences.ts';
import { allStock, listKeys, StockItem, stockKey, stockPartition } from './stock-item.ts';

const MovedEvent = StockMoved.envelope.shape.detail;
const snapshotTries = 5;
const skusPerRead = 100;
const readsAtOnce = 4;

/** Stock and what its movements sum to; `isOfOneMoment` unless movements came in between. */
export type Snapshot = { found: StockItem; sums: Ledger; isOfOneMoment: boolean };

/** The same of two readings of a SKU: no units of it were reserved or given up between them. */
export const reservationsOf = ({ takes = 0, warehouses }: StockItem): string =>
  `${takes} ${Object.values(warehouses).reduce((sum, { reserved }) => sum + reserved, 0)}`;

/** Reads what is compared: stock, its ledger, and what is reserved for orders. */
export function createBooks(
  db: Database,
  { STOCK_TABLE_NAME: table, ORDER_TABLE_NAME: orders }: { STOCK_TABLE_NAME: string; ORDER_TABLE_NAME: string },
) {
  const stocks = async (skus: readonly string[]): Promise<StockItem[]> =>
    ((await readBatch(db, { [table]: skus.map(stockKey) }, true))[table] ?? []).map((item) => StockItem.parse(item));

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

    /** `reservationsOf` these SKUs, a short text for each, as they may be 100,000. */
    async reservations(skus: readonly string[]): Promise<Map<string, string>> {
      const reads = Array.from({ length: Math.ceil(skus.length / skusPerRead) }, (_, read) =>
        skus.slice(read * skusPerRead, (read + 1) * skusPerRead),
      );
      const found = await inParallel(readsAtOnce, reads, async (some) =>
        (await stocks(some)).map((item): [string, string] => [item.sku, reservationsOf(item)]),
      );
      return new Map(found.flat());
    },

    /**
     * A SKU's stock and what its movements sum to. Where they disagree both are of one moment if no movement was put down
     * between two looks at the ledger, which is tried a few times.
     */
    async snapshot(sku: string): Promise<Snapshot> {
      let rows = -1;
      for (let tries = 1; ; tries += 1) {
        const [found] = await stocks([sku]);
        assert(found, 'Stock that was there once stays');
        const { sums, rows: rowsNow } = await ledgerOf(sku);
        const isRight = differencesOf(found, sums, new Map()).every(({ counter }) => counter === 'reserved');
        const isOfOneMoment = isRight || rowsNow === rows;
        if (isOfOneMoment || tries === snapshotTries) return { found, sums, isOfOneMoment };
        rows = rowsNow;
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
