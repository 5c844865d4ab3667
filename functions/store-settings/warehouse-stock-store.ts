import { listKeys, transitListKey } from '../../shared/stock/stock-item.ts';
import type { StockListStore } from '../../shared/stock/stock-list-store.ts';

/** What a warehouse is still used for: units of a SKU, or units in transit that left it. */
export type WarehouseUse = { warehouse: string; sku: string; onHand: number; reserved: number; inTransit: boolean };

/** Index keys per query, and stock items per batch of reads. */
const keysPerRead = 400;
/** The function's timeout is 20 s. */
const usualMaxMs = 12_000;

/**
 * Returns what each of these warehouses is used for, as far as it is found with the first use of one of them; empty if all
 * are empty. `not-checked`: reading the stock of all SKUs takes longer than `maxMs`.
 */
export const warehouseUses =
  (stock: StockListStore, maxMs = usualMaxMs, clock: () => number = Date.now) =>
  async (warehouses: readonly string[]): Promise<WarehouseUse[] | 'not-checked'> => {
    const uses = new Map<string, WarehouseUse>();
    const add = (use: WarehouseUse) => uses.set(use.warehouse, uses.get(use.warehouse) ?? use);
    for (const warehouse of warehouses) {
      const [key] = await stock.partitionKeys(transitListKey(warehouse), undefined, 1);
      if (key !== undefined) {
        add({ warehouse, sku: key.slice(key.indexOf('#') + 1), onHand: 0, reserved: 0, inTransit: true });
      }
    }
    const deadline = clock() + maxMs;
    let isCut = false;
    const search = async (shard: string) => {
      for (let after: string | undefined; uses.size === 0;) {
        if (clock() >= deadline) {
          isCut = true;
          return;
        }
        const keys = await stock.partitionKeys(shard, after, keysPerRead);
        for (const { sku, warehouses: counters } of (await stock.read(keys)).values()) {
          const ofSku = new Map(Object.entries(counters));
          for (const warehouse of warehouses) {
            const { onHand = 0, reserved = 0 } = ofSku.get(warehouse) ?? {};
            if (onHand !== 0 || reserved !== 0) add({ warehouse, sku, onHand, reserved, inTransit: false });
          }
        }
        if (keys.length < keysPerRead) return;
        after = keys.at(-1);
      }
    };
    await Promise.all(listKeys.map(search));
    return uses.size === 0 && isCut ? 'not-checked' : [...uses.values()];
  };
