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

/** Whatever number it is: a counter that is wrong is listed by an audit and repaired, for which it must be read. */
const units = z.number();
/**
 * A SKU's units in one warehouse, as stored, with why units are unavailable: `unavailable` is the sum of the three, absent
 * ones are zero. Orders read and change the plain counters only.
 */
export const WarehouseStock = z.object({
  onHand: units,
  reserved: units,
  unavailable: units,
  available: units,
  damaged: units.optional(),
  inspection: units.optional(),
  /** Units that are kept back from sale. */
  safetyStock: units.optional(),
  /** When the last count was made, by the counter's own clock (UTC); an older count is outdated. */
  countedAt: z.string().optional(),
});
export type WarehouseStock = z.infer<typeof WarehouseStock>;

/** Days in which nothing is sold. */
const IdleDays = z.int().min(1).max(3650).optional();
/**
 * When somebody is told of a SKU's stock: at how many available units, over all warehouses, and never where they are
 * absent; after how many days in which units lie and none is shipped, by default the store's.
 */
export const AlertLevels = z.strictObject({
  /** At or below it the SKU is low. */
  reorderPoint: z.int().min(0).max(1_000_000_000).optional(),
  /** Above it there is too much. */
  overstockAbove: z.int().min(0).max(1_000_000_000).optional(),
  slowMovingAfterDays: IdleDays,
  deadAfterDays: IdleDays,
});
export type AlertLevels = z.infer<typeof AlertLevels>;

/** All of a SKU's stock is one item, so that an order reads and takes it as one, from however many warehouses. */
export const StockItem = z.object({
  sku: Sku,
  warehouses: z.record(z.string(), WarehouseStock),
  levels: AlertLevels.optional(),
  /** Since when units lie of which none was shipped, wherever in the house; absent while there never were any. */
  idleSince: z.string().optional(),
  /** How often units were reserved: what is reserved and this being the same, nothing was reserved or given up between. */
  takes: z.int().nonnegative().optional(),
  /** When an order last gave reserved units back, in whichever warehouse (UTC). */
  givenUpAt: z.string().optional(),
  /** Event id of the row of the ledger that was written last: this being the same, nothing moved between. */
  lastMove: z.string().optional(),
});
export type StockItem = z.infer<typeof StockItem>;

/** Units that can be sold now, of those available in each warehouse: what one lacks is not taken from another. */
export const sellable = (availables: readonly number[]): number =>
  availables.reduce((sum, available) => sum + Math.max(0, available), 0);

/** Units that can be sold now, over all warehouses. */
export const availableIn = (item: StockItem | undefined): number =>
  sellable(Object.values(item?.warehouses ?? {}).map(({ available }) => available));

/** Partition of a SKU's stock and of the events of its movements. */
export const stockPartition = (sku: string) => `SKU#${sku}`;

/** Key of a SKU's stock item. */
export const stockKey = (sku: string) => ({ pk: stockPartition(sku), sk: 'STOCK' });

/** Index of all stock items, keys only; its partitions are these. */
export const allStock = { name: 'allStock', attribute: 'listKey' };
const listShards = 4;
export const listKeys = Array.from({ length: listShards }, (_, shard) => `STOCK#${shard}`);
/** Spreads the SKUs over the index's partitions; any stable choice does. */
export const listKeyOf = (sku: string) => `STOCK#${Buffer.from(sku).reduce((sum, byte) => sum + byte, 0) % listShards}`;
