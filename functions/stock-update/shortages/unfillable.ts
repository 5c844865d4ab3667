import type { UnfillableOrder } from '../../../shared/contracts/stock/shortage-routes.ts';
import { shortUnitsIn, type StockItem } from '../../../shared/stock/stock-item.ts';

/** Units by warehouse. */
export type Units = ReadonlyMap<string, number>;
type OpenLine = { sku: string; warehouse: string; open: number };

/** Warehouses with a negative available, and how many reserved units they cannot ship. */
export const shortUnitsOf = (stock: StockItem | undefined): Units =>
  new Map(
    Object.entries(stock?.warehouses ?? {})
      .map(([warehouse, counters]) => [warehouse, shortUnitsIn(counters)] as const)
      .filter(([, units]) => units > 0)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );

export const total = (units: Units): number => [...units.values()].reduce((sum, each) => sum + each, 0);

/** The units of an order that are missing while `remaining` units are to be explained by it and older orders. */
export function missingUnits(lines: readonly OpenLine[], sku: string, remaining: Units): UnfillableOrder['units'] {
  return [...remaining].flatMap(([warehouse, left]) => {
    const reserved = lines
      .filter((line) => line.sku === sku && line.warehouse === warehouse)
      .reduce((sum, { open }) => sum + open, 0);
    const missing = Math.min(reserved, left);
    return missing > 0 ? [{ warehouse, reserved, missing }] : [];
  });
}

/** `remaining` without the units that an order explains. */
export const without = (remaining: Units, units: UnfillableOrder['units']): Units => {
  const missing = new Map(units.map((each) => [each.warehouse, each.missing]));
  return new Map([...remaining].map(([warehouse, left]) => [warehouse, left - (missing.get(warehouse) ?? 0)]));
};
