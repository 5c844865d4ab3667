import assert from 'node:assert';
import * as z from 'zod';
import { type Database, readBatch } from '../dynamodb/database.ts';
import { StockMoved } from '../contracts/stock/events.ts';
import { reservedUnitsReader } from '../orders/reserved-units-store.ts';
import { inParallel } from '../in-parallel.ts';
import { OutboxItem, timelineKeys } from '../dynamodb/outbox.ts';
import { keysUnder, queryPages } from '../dynamodb/query-pages.ts';
import { differencesOf, type SumsByWarehouse, zeroSums } from './differences.ts';
import { allStock, listKeys, StockItem, stockKey, stockPartition } from './stock-item.ts';

const MovedEvent = StockMoved.envelope.shape.detail;
const maxSnapshotTries = 5;
const skusPerRead = 100;
const parallelReads = 4;

/** A stock item and the sums of its ledger. `isConsistent` is false if movements were recorded between the two reads. */
export type ReconciliationSnapshot = { stock: StockItem; ledgerSums: SumsByWarehouse; isConsistent: boolean };

/** Equal for two reads of a SKU if no units of it were reserved or released between them. */
export const reservationVersion = ({ takes = 0, warehouses }: StockItem): string =>
  `${takes} ${Object.values(warehouses).reduce((sum, { reserved }) => sum + reserved, 0)}`;

/** Reads what a stock audit compares: stock items, their ledgers, and units reserved by orders. */
export function createReconciliationStore(
  db: Database,
  { STOCK_TABLE_NAME: table, ORDER_TABLE_NAME: orders }: { STOCK_TABLE_NAME: string; ORDER_TABLE_NAME: string },
) {
  const stocks = async (skus: readonly string[]): Promise<StockItem[]> =>
    ((await readBatch(db, { [table]: skus.map(stockKey) }, true)).get(table) ?? []).map((item) =>
      StockItem.parse(item),
    );

  async function ledgerOf(sku: string): Promise<{ sums: SumsByWarehouse; rows: number }> {
    const sums: SumsByWarehouse = new Map();
    let rows = 0;
    const query = { TableName: table, ...timelineKeys(stockPartition(sku)), ConsistentRead: true };
    for await (const items of queryPages(db, query)) {
      rows += items.length;
      for (const item of items) add(sums, MovedEvent.parse(JSON.parse(OutboxItem.parse(item).detail)).data);
    }
    return { sums, rows };
  }

  return {
    /** SKUs with a stock item, page by page. */
    async *skus(): AsyncGenerator<string[]> {
      for await (const keys of keysUnder(db, table, allStock, listKeys)) {
        yield keys.map(({ pk }) => pk.slice(stockPartition('').length));
      }
    },

    unitsReservedByOrders: reservedUnitsReader(db, orders),

    /** `reservationVersion` by SKU. A short text each, because there may be 100,000 SKUs. */
    async reservationVersions(skus: readonly string[]): Promise<Map<string, string>> {
      const reads = Array.from({ length: Math.ceil(skus.length / skusPerRead) }, (_, read) =>
        skus.slice(read * skusPerRead, (read + 1) * skusPerRead),
      );
      const versions = await inParallel(parallelReads, reads, async (page) =>
        (await stocks(page)).map((item): [string, string] => [item.sku, reservationVersion(item)]),
      );
      return new Map(versions.flat());
    },

    /**
     * The stock item of a SKU and the sums of its ledger. If they differ, both are read again, up to five times, until the
     * ledger has the same number of rows twice: no movement was recorded in between.
     */
    async snapshot(sku: string): Promise<ReconciliationSnapshot> {
      let rows = -1;
      for (let tries = 1; ; tries += 1) {
        const [stock] = await stocks([sku]);
        assert(stock, 'A stock item is never deleted');
        const { sums: ledgerSums, rows: rowsNow } = await ledgerOf(sku);
        const isEqual = differencesOf(stock, ledgerSums, new Map()).every(({ counter }) => counter === 'reserved');
        const isConsistent = isEqual || rowsNow === rows;
        if (isConsistent || tries === maxSnapshotTries) return { stock, ledgerSums, isConsistent };
        rows = rowsNow;
      }
    },
  };
}
export type ReconciliationStore = ReturnType<typeof createReconciliationStore>;

function add(
  ledger: SumsByWarehouse,
  { warehouse, onHandDelta, unavailableDelta, unavailableDeltas }: MovedData,
): void {
  const sums = ledger.get(warehouse) ?? zeroSums;
  const { damaged = 0, inspection = 0, safetyStock = 0, expired = 0 } = unavailableDeltas ?? {};
  ledger.set(warehouse, {
    onHand: sums.onHand + onHandDelta,
    unavailable: sums.unavailable + unavailableDelta,
    damaged: sums.damaged + damaged,
    inspection: sums.inspection + inspection,
    safetyStock: sums.safetyStock + safetyStock,
    expired: sums.expired + expired,
  });
}
type MovedData = z.infer<typeof MovedEvent>['data'];
