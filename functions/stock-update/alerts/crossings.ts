import * as z from 'zod';
import type { AlertKind } from '../../../shared/contracts/stock/events.ts';
import { type AlertLevels, sellable, shortUnitsIn } from '../../../shared/stock/stock-item.ts';

const Text = z.object({ S: z.string() }).transform(({ S }) => S);
const Units = z.object({ N: z.string() }).transform(({ N }) => Number(N));
const Warehouse = z.object({ M: z.object({ available: Units, reserved: Units }) }).transform(({ M }) => M);
const Levels = z
  .object({
    M: z.object({
      reorderPoint: Units.optional(),
      overstockAbove: Units.optional(),
      slowMovingAfterDays: Units.optional(),
      deadAfterDays: Units.optional(),
    }),
  })
  .transform(({ M }) => M);
const Image = z
  .object({
    sku: Text,
    warehouses: z.object({ M: z.record(z.string(), Warehouse) }),
    levels: Levels.optional(),
  })
  .transform(({ sku, warehouses, levels = {} }) => ({
    sku,
    available: sellable(Object.values(warehouses.M).map(({ available }) => available)),
    shortUnits: Object.values(warehouses.M).reduce((sum, counters) => sum + shortUnitsIn(counters), 0),
    levels,
  }));

/** Stream record of a stock item. `SequenceNumber` increases with each change of an item. The time is in seconds. */
export const StockChange = z.object({
  dynamodb: z.object({
    SequenceNumber: z.string().regex(/^\d{1,40}$/),
    ApproximateCreationDateTime: z.number(),
    OldImage: Image.optional(),
    NewImage: Image,
  }),
});
export type StockChange = z.infer<typeof StockChange>;

/** The part of a stock item on which alerts depend. */
type Level = { available: number; shortUnits: number; levels: AlertLevels };

const isOut = ({ available }: Level) => available <= 0;
const isLow = ({ available, levels: { reorderPoint } }: Level) =>
  reorderPoint !== undefined && available <= reorderPoint;
const isOverstocked = ({ available, levels: { overstockAbove } }: Level) =>
  overstockAbove !== undefined && available > overstockAbove;

/**
 * Kinds of alerts that a change raises: conditions that hold after it and did not before. The first receipt of a SKU is
 * not `back-in-stock`. The store decides whether a SKU was out of stock before. Each increase of the units that cannot be
 * shipped is `oversold`.
 */
export function crossingsOf(before: Level | undefined, after: Level): AlertKind[] {
  const kinds: AlertKind[] = [];
  if (isOut(after) && before && !isOut(before)) kinds.push('out');
  if (!isOut(after) && before && isOut(before)) kinds.push('back-in-stock');
  if (isLow(after) && !(before && isLow(before))) kinds.push('low');
  if (isOverstocked(after) && !(before && isOverstocked(before))) kinds.push('overstock');
  if (after.shortUnits > (before?.shortUnits ?? 0)) kinds.push('oversold');
  return kinds;
}
