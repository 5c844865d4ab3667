import * as z from 'zod';
import { Sku, Warehouse } from '../../../shared/names.ts';
import { type StockItem, stockPartition } from '../../../shared/stock/stock-item.ts';

/** Units of a lot in a warehouse that were received, less those shipped or removed by a movement that names the lot. */
export const Lot = z.object({
  sku: Sku,
  warehouse: Warehouse,
  lot: z.string(),
  units: z.int(),
  /** Units of the lot that are damaged or in inspection, by movements that name it; absent when zero. */
  unavailable: z.int().optional(),
  expiresOn: z.iso.date().optional(),
  /** Units that stock counts as expired; absent when zero. */
  expired: z.int().optional(),
  /** When its first units were received in this warehouse (UTC). */
  since: z.string().optional(),
});
export type Lot = z.infer<typeof Lot>;

/** Units in transit between warehouses, by transfer and lot. `from` is the warehouse that they left. */
export const Transit = z.object({
  sku: Sku,
  transferId: z.string(),
  from: Warehouse,
  units: z.int(),
  lot: z.string().optional(),
  expiresOn: z.iso.date().optional(),
});
export type Transit = z.infer<typeof Transit>;

/** Stock, lots and transits of one SKU as they were read. Lots and transits by sort key; a lot with an expiry may be empty. */
export type StockSnapshot = { stock: StockItem | undefined; lots: Map<string, Lot>; transits: Map<string, Transit> };

export const lotPrefix = 'LOT#';
export const transitPrefix = 'TRANSIT#';
/** Sort key of a lot. Names of warehouses have no `#`, so the key is unique. */
export const lotSortKey = (warehouse: string, lot: string) => `${lotPrefix}${warehouse}#${lot}`;
/** Sort key of units in transit. A transfer id may have a `#` and is encoded. */
export const transitSortKey = (transferId: string, lot: string | undefined) =>
  `${transitPrefix}${encodeURIComponent(transferId)}#${lot ?? ''}`;
export const emptySnapshot = (): StockSnapshot => ({ stock: undefined, lots: new Map(), transits: new Map() });

/** Key of a lot or of units in transit. */
export const skuRowKey = (sku: string, sk: string) => ({ pk: stockPartition(sku), sk });
