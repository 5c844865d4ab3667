import * as z from 'zod';
import { Sku, Warehouse } from '../../shared/names.ts';
import { type StockItem, stockPartition } from '../../shared/stock/stock-item.ts';

/** Units of a lot in a warehouse that were received, and neither shipped nor taken out by a movement that names it. */
export const Lot = z.object({
  sku: Sku,
  warehouse: Warehouse,
  lot: z.string(),
  units: z.int(),
  /** Those of them that are damaged or in inspection, as movements that name the lot say; absent when none is. */
  unavailable: z.int().optional(),
  expiresOn: z.iso.date().optional(),
  /** When the first of them came here. */
  since: z.string().optional(),
});
export type Lot = z.infer<typeof Lot>;

/** Units under way between warehouses, by transfer and lot. `from` is the warehouse that they left. */
export const Transit = z.object({
  sku: Sku,
  transferId: z.string(),
  from: Warehouse,
  units: z.int(),
  lot: z.string().optional(),
  expiresOn: z.iso.date().optional(),
});
export type Transit = z.infer<typeof Transit>;

/** What is known of one SKU. Lots and transits by sort key; those without units do not exist. */
export type Shelf = { stock: StockItem | undefined; lots: Map<string, Lot>; transits: Map<string, Transit> };

export const lotPrefix = 'LOT#';
export const transitPrefix = 'TRANSIT#';
/** Sort key of a lot. A warehouse has no `#`, so two lots never share one. */
export const lotSort = (warehouse: string, lot: string) => `${lotPrefix}${warehouse}#${lot}`;
/** Sort key of what is in transit. An id may have a `#`, hence its encoding. */
export const transitSort = (transferId: string, lot: string | undefined) =>
  `${transitPrefix}${encodeURIComponent(transferId)}#${lot ?? ''}`;
/** Keys of a SKU's lots and transits. */
export const shelfKey = (sku: string, sk: string) => ({ pk: stockPartition(sku), sk });
