import type { Reservation } from './reservation.ts';
import { availableIn, type StockItem } from './stock-item.ts';
import { ownValue } from '../input/own-value.ts';

type RequestedUnits = { sku: string; quantity: number };
/** The units of a line from one warehouse. */
export type WarehouseUnits = { warehouse: string; units: number };
export type Shortage = { sku: string; requested: number; available: number };

/** Requested units by SKU, in the order in which the lines first name the SKUs. */
export function demandOf(lines: readonly RequestedUnits[]): Map<string, number> {
  const demand = new Map<string, number>();
  for (const { sku, quantity } of lines) demand.set(sku, (demand.get(sku) ?? 0) + quantity);
  return demand;
}

/**
 * Chooses the first warehouse that has the whole demand; otherwise splits each SKU over the warehouses in order. The order
 * is `preference`, then by name. If any SKU is short, returns all shortages instead.
 */
export function chooseWarehouses(
  demand: ReadonlyMap<string, number>,
  stock: ReadonlyMap<string, StockItem>,
  preference: readonly string[],
): { reservations: Reservation[] } | { shortages: Shortage[] } {
  const shortages = [...demand]
    .map(([sku, requested]) => ({ sku, requested, available: availableIn(stock.get(sku)) }))
    .filter(({ requested, available }) => available < requested);
  if (shortages.length > 0) return { shortages };

  const warehouses = inOrder(new Set([...stock.values()].flatMap((item) => Object.keys(item.warehouses))), preference);
  const unitsIn = (sku: string, warehouse: string) =>
    ownValue(stock.get(sku)?.warehouses ?? {}, warehouse)?.available ?? 0;
  const hasAll = (warehouse: string) => [...demand].every(([sku, units]) => unitsIn(sku, warehouse) >= units);
  const single = warehouses.find(hasAll);
  const sources = single === undefined ? warehouses : [single];
  return {
    reservations: [...demand].map(([sku, requested]) => {
      let remaining = requested;
      const from = sources.map((warehouse) => {
        const units = Math.min(remaining, Math.max(0, unitsIn(sku, warehouse)));
        remaining -= units;
        return { warehouse, units };
      });
      return { sku, from: from.filter(({ units }) => units > 0) };
    }),
  };
}

const inOrder = (warehouses: ReadonlySet<string>, preference: readonly string[]) => [
  ...preference.filter((warehouse) => warehouses.has(warehouse)),
  ...[...warehouses].filter((warehouse) => !preference.includes(warehouse)).sort(),
];

/** Assigns the reserved units to the lines in order. The parts of a line sum to its quantity. */
export function assignWarehouses(
  lines: readonly RequestedUnits[],
  reservations: readonly Reservation[],
): WarehouseUnits[][] {
  const unassigned = new Map(reservations.map(({ sku, from }) => [sku, from.map((part) => ({ ...part }))]));
  return lines.map(({ sku, quantity }) => {
    const parts: WarehouseUnits[] = [];
    let remaining = quantity;
    for (const source of unassigned.get(sku) ?? []) {
      const units = Math.min(remaining, source.units);
      if (units > 0) parts.push({ warehouse: source.warehouse, units });
      source.units -= units;
      remaining -= units;
    }
    return parts;
  });
}
