import * as z from 'zod';
import { Sku } from '../names.ts';

/**
 * A SKU's units in one warehouse; `available` is on hand less reserved less unavailable. It is stored, not derived, since
 * a condition of a write cannot calculate.
 */
export const Counters = z.object({
  onHand: z.int(),
  reserved: z.int(),
  unavailable: z.int(),
  available: z.int(),
});
export type Counters = z.infer<typeof Counters>;

const units = z.int().nonnegative().optional();
/**
 * A SKU's units in one warehouse with why units are unavailable: `unavailable` is the sum of the three, absent ones are
 * zero. Orders read and change the plain counters only.
 */
export const WarehouseStock = Counters.extend({
  damaged: units,
  inspection: units,
  /** Units that are kept back from sale. */
  safetyStock: units,
  /** When the last count was made, by the counter's own clock (UTC); an older count is outdated. */
  countedAt: z.string().optional(),
});
export type WarehouseStock = z.infer<typeof WarehouseStock>;

/** All of a SKU's stock is one item, so that an order reads and takes it as one, from however many warehouses. */
export const StockItem = z.object({ sku: Sku, warehouses: z.record(z.string(), WarehouseStock) });
export type StockItem = z.infer<typeof StockItem>;

/** Partition of a SKU's stock and of the events of its movements. */
export const stockPartition = (sku: string) => `SKU#${sku}`;

/** Key of a SKU's stock item. */
export const stockKey = (sku: string) => ({ pk: stockPartition(sku), sk: 'STOCK' });
