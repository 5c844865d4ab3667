import * as z from 'zod';
import { StoredText } from '../contracts/bounds.ts';
import { listShards } from '../dynamodb/list-shards.ts';
import { Sku } from '../names.ts';

/**
 * Units of a SKU in one warehouse. `available` is on hand less reserved less unavailable. It is stored because a DynamoDB
 * condition cannot calculate.
 */
export const Counters = z.object({
  onHand: z.int().meta({ description: 'Units in the warehouse', example: 48 }),
  reserved: z.int().meta({ description: 'Units reserved by open orders', example: 2 }),
  unavailable: z
    .int()
    .meta({ description: 'Units that cannot be sold: damaged, in inspection or safety stock', example: 1 }),
  available: z
    .int()
    .meta({ description: 'Units that can be ordered: on hand less reserved less unavailable', example: 45 }),
});
export type Counters = z.infer<typeof Counters>;

/** Any number, so that an audit can read and list a wrong counter. */
const units = z.number();
/**
 * Units of a SKU in one warehouse, as stored. `unavailable` is the sum of `damaged`, `inspection`, `safetyStock` and
 * `expired`, which are zero if absent. Orders read and change only `onHand`, `reserved` and `available`.
 */
export const WarehouseStock = z.object({
  onHand: units,
  reserved: units,
  unavailable: units,
  available: units,
  damaged: units.optional(),
  inspection: units.optional(),
  /** Units withheld from sale. */
  safetyStock: units.optional(),
  /** Units of lots that are past their last day of sale. */
  expired: units.optional(),
  /** Time of the last count by the clock of its sender (UTC). An older count is outdated. */
  countedAt: StoredText.optional(),
});
export type WarehouseStock = z.infer<typeof WarehouseStock>;

/** Days without a shipment. */
const IdleDays = z.int().min(1).max(3650).optional();
/**
 * Levels of a SKU that raise alerts: available units over all warehouses, and days with stock on hand and without a
 * shipment. An absent unit level raises none; absent days are those of the store.
 */
export const AlertLevels = z.strictObject({
  reorderPoint: z
    .int()
    .min(0)
    .max(1_000_000_000)
    .optional()
    .meta({ description: 'The SKU is low at or below this number of available units', example: 10 }),
  overstockAbove: z
    .int()
    .min(0)
    .max(1_000_000_000)
    .optional()
    .meta({ description: 'The SKU is overstocked above this number of available units', example: 500 }),
  slowMovingAfterDays: IdleDays.meta({
    description: 'Days without a shipment until the stock is slow moving. Default: those of the store',
    example: 90,
  }),
  deadAfterDays: IdleDays.meta({
    description: 'Days without a shipment until the stock is dead. Default: those of the store',
    example: 365,
  }),
});
export type AlertLevels = z.infer<typeof AlertLevels>;

/** All stock of a SKU is one item, so that one action of a transaction reserves units in several warehouses. */
export const StockItem = z.object({
  sku: Sku,
  warehouses: z.record(StoredText, WarehouseStock),
  levels: AlertLevels.optional(),
  /** Time since which stock was on hand and no unit was shipped, in any warehouse. Absent before the first receipt. */
  idleSince: StoredText.optional(),
  /** Number of reservations. If this and `reserved` are unchanged, nothing was reserved or released in between. */
  takes: z.int().nonnegative().optional(),
  /** Time of the last release of reserved units, in any warehouse (UTC). */
  givenUpAt: StoredText.optional(),
  /** Event id of the last ledger row. If it is unchanged, no movement was recorded in between. */
  lastMove: StoredText.optional(),
});
export type StockItem = z.infer<typeof StockItem>;

/** Units for sale. A negative `available` of one warehouse does not reduce that of another. */
export const sellable = (availables: readonly number[]): number =>
  availables.reduce((sum, available) => sum + Math.max(0, available), 0);

/** Reserved units that the warehouse cannot ship, because available is negative. */
export const shortUnitsIn = ({ available, reserved }: Pick<WarehouseStock, 'available' | 'reserved'>): number =>
  Math.max(0, Math.min(reserved, -available));

/** Units for sale over all warehouses. */
export const availableIn = (item: StockItem | undefined): number =>
  sellable(Object.values(item?.warehouses ?? {}).map(({ available }) => available));

/** Partition of a SKU's stock and of its ledger. */
export const stockPartition = (sku: string) => `SKU#${sku}`;

/** Key of a SKU's stock item. */
export const stockKey = (sku: string) => ({ pk: stockPartition(sku), sk: 'STOCK' });

/** Index of all stock items and of units in transit, keys only. Its partitions are `listKeys` and `transitListKey`. */
export const allStock = { name: 'allStock', attribute: 'listKey', sortKey: 'pk' };
const shards = listShards('STOCK');
export const listKeys = shards.keys;
/** Distributes the SKUs over the partitions of the index. */
export const listKeyOf = shards.keyOf;
/** Partition of the index with the units in transit that left a warehouse. */
export const transitListKey = (warehouse: string) => `TRANSIT#${warehouse}`;
