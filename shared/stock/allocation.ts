import { availableIn, type StockItem } from './stock-item.ts';
import type { Reservation } from './reservation.ts';

type Wanted = { sku: string; quantity: number };
/** Units of a request line that one warehouse serves. */
export type Part = { warehouse: string; units: number };
export type Shortage = { sku: string; requested: number; available: number };

/** Units wanted of each SKU, in the order in which they are first named; the order of lines changes nothing else. */
export function demandOf(lines: readonly Wanted[]): Map<string, number> {
  const demand = new Map<string, number>();
  for (const { sku, quantity } of lines) demand.set(sku, (demand.get(sku) ?? 0) + quantity);
  return demand;
}

/**
 * Which warehouses serve the demand: the first that has everything, else, SKU by SKU, each in turn gives what it has.
 * Warehouses come in the order of `preference`, the others after them by name. With too little of any SKU, every
 * SKU that is short is told instead.
 */
export function allocate(
  demand: ReadonlyMap<string, number>,
  stock: ReadonlyMap<string, StockItem>,
  preference: readonly string[],
): { takes: Reservation[] } | { shortages: Shortage[] } {
  const shortages = [...demand]
    .map(([sku, requested]) => ({ sku, requested, available: availableIn(stock.get(sku)) }))
    .filter(({ requested, available }) => available < requested);
  if (shortages.length > 0) return { shortages };

  const warehouses = inOrder(new Set([...stock.values()].flatMap((item) => Object.keys(item.warehouses))), preference);
  const unitsIn = (sku: string, warehouse: string) => stock.get(sku)?.warehouses[warehouse]?.available ?? 0;
  const hasAll = (warehouse: string) => [...demand].every(([sku, units]) => unitsIn(sku, warehouse) >= units);
  const single = warehouses.find(hasAll);
  const sources = single === undefined ? warehouses : [single];
  return {
    takes: [...demand].map(([sku, requested]) => {
      let left = requested;
      const from = sources.map((warehouse) => {
        const units = Math.min(left, Math.max(0, unitsIn(sku, warehouse)));
        left -= units;
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

/** Deals what is taken out to the lines in order: the parts of each line, which sum to its quantity. */
export function partsOf(lines: readonly Wanted[], takes: readonly Reservation[]): Part[][] {
  const left = new Map(takes.map(({ sku, from }) => [sku, from.map((part) => ({ ...part }))]));
  return lines.map(({ sku, quantity }) => {
    const parts: Part[] = [];
    let wanted = quantity;
    for (const source of left.get(sku) ?? []) {
      const units = Math.min(wanted, source.units);
      if (units > 0) parts.push({ warehouse: source.warehouse, units });
      source.units -= units;
      wanted -= units;
    }
    return parts;
  });
}
