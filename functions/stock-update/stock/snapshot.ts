import * as z from 'zod';
import { Sku, Warehouse } from '../../../shared/names.ts';
import type { Lot } from '../../../shared/stock/lot.ts';
import { type StockItem, stockPartition } from '../../../shared/stock/stock-item.ts';

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

export const transitPrefix = 'TRANSIT#';
/** Sort key of units in transit. A transfer id may have a `#` and is encoded. */
export const transitSortKey = (transferId: string, lot: string | undefined) =>
  `${transitPrefix}${encodeURIComponent(transferId)}#${lot ?? ''}`;
export const emptySnapshot = (): StockSnapshot => ({ stock: undefined, lots: new Map(), transits: new Map() });

/** Key of a lot or of units in transit. */
export const skuRowKey = (sku: string, sk: string) => ({ pk: stockPartition(sku), sk });
